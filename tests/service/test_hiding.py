"""The folder of runs stays out of git status where this program made it, and nothing else of the person's changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.git_repository import Repository
from odw_core.git.repo import open_repo
from odw_core.runs.hiding import hide
from odw_core.runs.workspace import RunPlace

RUN = "odw-exec-1700000000000-1"


@pytest.fixture
def repository(home: Path, tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "shop")
    repository.write("a.txt", "a\n")
    repository.commit()
    return repository


async def hidden(repository: Repository) -> str:
    """What git status says once that was done."""
    place = RunPlace(str(repository.root), RUN)
    repository.write(f".odw/runs/{RUN}/events.jsonl", "{}\n")
    await hide(await open_repo(repository.root), place)
    return repository.git("status", "--porcelain").decode()


async def test_a_folder_that_this_run_made_is_passed_over(repository: Repository) -> None:
    assert await hidden(repository) == ""
    assert (repository.root / ".odw" / ".gitignore").read_text() == "*\n"


async def test_a_folder_that_was_there_stays_as_it_is(repository: Repository) -> None:
    repository.write(".odw/runs/odw-exec-1600000000000-1/events.jsonl", "{}\n")
    assert await hidden(repository) == "?? .odw/\n"


async def test_a_folder_that_is_hidden_already_gets_no_file(repository: Repository) -> None:
    repository.write(".gitignore", ".odw/\n")
    repository.commit()
    assert await hidden(repository) == ""
    assert not (repository.root / ".odw" / ".gitignore").exists()
