"""The memory of what was told: one name a question, the first who makes it tells."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from drivers import samples
from odw_core.attention import told
from odw_core.attention.notice import Call, call_of
from odw_core.attention.told import Told
from odw_core.model.address import Address


class At:
    """A clock that stands at one moment."""

    def __init__(self, now: float) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return 0.0


def call(name: str) -> Call:
    return call_of(samples.question(Address("odw", "run"), name), "run")


def test_a_question_is_told_once(tmp_path: Path) -> None:
    first, second = Told(tmp_path / "state"), Told(tmp_path / "state")
    assert first.claim([call("a"), call("b")]) == (call("a"), call("b"))
    assert second.claim([call("b"), call("c")]) == (call("c"),)
    folder = tmp_path / "state" / told.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_of_many_who_see_it_at_once_one_tells(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as watchers:
        claims = [*watchers.map(lambda _: Told(tmp_path).claim([call("a")]), range(64))]
    assert sorted(map(len, claims)) == [0] * 63 + [1]


def test_the_name_of_a_question_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    assert len(Told(tmp_path / "state").claim([call("../../escape"), call("/etc/x"), call("\udcff")])) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_where_nothing_can_be_remembered_everything_is_told(tmp_path: Path) -> None:
    (tmp_path / told.FOLDER).write_text("a file is in the way")
    assert Told(tmp_path).claim([call("a")]) == (call("a"),)


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / told.FOLDER).symlink_to(tmp_path / "elsewhere")
    assert Told(tmp_path).claim([call("a")]) == (call("a"),)
    assert [*(tmp_path / "elsewhere").iterdir()] == []


def test_many_are_forgotten_after_weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "_MANY", 3)
    Told(tmp_path).claim([call("a"), call("b")])
    for path in (tmp_path / told.FOLDER).iterdir():
        os.utime(path, (1000, 1000))
    Told(tmp_path, At(2000)).claim([call("c")])
    assert len([*(tmp_path / told.FOLDER).iterdir()]) == 3
    Told(tmp_path, At(1e9)).claim([call("d")])
    # The two oldest are gone; what was told just now stays.
    assert len([*(tmp_path / told.FOLDER).iterdir()]) == 2
