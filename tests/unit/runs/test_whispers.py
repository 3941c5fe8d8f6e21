"""What is typed in secret gets to the supervisor and to no disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from odw_core.errors import Refused
from odw_core.model.command import Decide
from odw_core.model.decision import Decision
from odw_core.runs.whispers import Ear, said_aside

SECRET = "swordfish"
COMMAND = Decide(Decision("q", "d", "answer", (("db", ("SQLite",)), ("token", (SECRET,)))), "c1")


@pytest.fixture(params=["s", "a-long-name/" * 12])
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="odw") as name:
        path = Path(name, request.param)
        path.mkdir(parents=True)
        yield path


@pytest.fixture
def ear(folder: Path) -> Iterator[Ear]:
    one = Ear(folder)
    yield one
    one.close()


def test_what_was_said_aside_is_put_back(folder: Path, ear: Ear) -> None:
    left = said_aside(folder, COMMAND, ("token",))
    assert SECRET not in str(left.decision.values)
    assert left.decision.values[0] == ("db", ("SQLite",))
    assert ear.whole(left) == COMMAND
    # It is heard once.
    assert ear.whole(left) is None


def test_a_command_without_secrets_is_what_it_was(folder: Path, ear: Ear) -> None:
    assert said_aside(folder, COMMAND, ()) is COMMAND
    assert ear.whole(COMMAND) is COMMAND


def test_the_first_word_counts_and_junk_is_passed_over(folder: Path, ear: Ear) -> None:
    left = said_aside(folder, COMMAND, ("token",))
    other = Decide(Decision("q", "d", "answer", (("token", ("other",)),)), "c1")
    said_aside(folder, other, ("token",))
    assert ear.whole(left) == COMMAND


def test_where_nobody_listens_nothing_is_sent(folder: Path) -> None:
    with pytest.raises(Refused, match="nothing was sent"):
        said_aside(folder, COMMAND, ("token",))
    Ear(folder).close()
    with pytest.raises(Refused, match="nothing was sent"):
        said_aside(folder, COMMAND, ("token",))
