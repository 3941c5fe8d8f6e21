"""What a start is told about the folder it is for, before it is one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.git_repository import Repository
from odw_core.diagnose.doctor.check import Level
from odw_core.model.command import Start
from odw_core.service.checks.preflight import preflight
from odw_core.service.starts.starter import Surroundings


def told(folder: Path) -> tuple[Level, str]:
    start = Start("command", {"argv": ["true"]}, str(folder))
    checks = asyncio.run(preflight(start, Surroundings("/nowhere", now=0.0)))
    return next((check.level, check.detail) for check in checks if check.id == "folder")


def test_a_folder_below_a_repository_is_in_it(tmp_path: Path) -> None:
    Repository(tmp_path / "shop").write("deep/er/file", "x")
    for folder in (tmp_path / "shop", tmp_path / "shop/deep/er"):
        assert told(folder) == (Level.PASS, f"{folder} is in a git repository.")


def test_a_linked_worktree_is_one_too(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "shop")
    repository.git("commit", "-q", "--allow-empty", "-m", "begin")
    repository.git("worktree", "add", "-q", str(tmp_path / "side"))
    assert told(tmp_path / "side")[0] is Level.PASS


@pytest.mark.parametrize("left", ["", "objects", "hooks"])
def test_what_only_looks_like_one_is_none(tmp_path: Path, left: str) -> None:
    (tmp_path / ".git" / left).mkdir(parents=True)
    folder = tmp_path / "deep"
    folder.mkdir()
    assert told(folder) == (Level.WARN, f"{folder} is in no git repository, so nothing can be taken back.")
