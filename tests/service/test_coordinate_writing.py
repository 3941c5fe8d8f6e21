"""The folder of a run in Converge's layout: put there whole, never through a link, nothing else touched."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from odw_core.errors import OdwError
from odw_core.workflows.coordinate.writing import stamp_of, write_folder

STAMP = "20261121T160000123456Z"
FILES = {
    "run.json": b'{"status": "CONVERGED"}',
    "summary.md": b"# summary",
    "repo-plans/api/plan.md": b"# api",
    "repo-plans/web/plan.md": b"# web",
    "prompts/api_prompt.txt": b"plan api",
}


def found(workspace: Path, stamp: str = STAMP) -> dict[str, bytes]:
    root = workspace / ".converge" / "runs" / stamp
    return {str(one.relative_to(root)): one.read_bytes() for one in root.rglob("*") if one.is_file()}


def names(workspace: Path) -> list[str]:
    return sorted(one.name for one in (workspace / ".converge" / "runs").iterdir())


def test_exactly_the_files_of_the_run_are_there(tmp_path: Path) -> None:
    write_folder(str(tmp_path), STAMP, FILES)
    assert found(tmp_path) == FILES
    assert names(tmp_path) == [STAMP]


def test_writing_again_what_is_there_changes_nothing(tmp_path: Path) -> None:
    write_folder(str(tmp_path), STAMP, FILES)
    before = (tmp_path / ".converge" / "runs" / STAMP).stat().st_ino
    write_folder(str(tmp_path), STAMP, FILES)
    assert (tmp_path / ".converge" / "runs" / STAMP).stat().st_ino == before
    assert names(tmp_path) == [STAMP]


def test_what_stands_in_its_place_is_set_aside_and_kept(tmp_path: Path) -> None:
    write_folder(str(tmp_path), STAMP, {"run.json": b"somebody else's"})
    write_folder(str(tmp_path), STAMP, FILES)
    assert found(tmp_path) == FILES
    (aside,) = [name for name in names(tmp_path) if name != STAMP]
    assert aside.startswith(f".foreign-{STAMP}") and found(tmp_path, aside) == {"run.json": b"somebody else's"}


def test_an_unfinished_draft_is_taken_away(tmp_path: Path) -> None:
    draft = tmp_path / ".converge" / "runs" / f".{STAMP}.draft"
    (draft / "prompts").mkdir(parents=True)
    (draft / "summary.md").write_text("half")
    write_folder(str(tmp_path), STAMP, FILES)
    assert found(tmp_path) == FILES and names(tmp_path) == [STAMP]


@pytest.mark.parametrize("linked", [".converge", ".converge/runs"])
def test_a_link_is_never_followed(tmp_path: Path, linked: str) -> None:
    elsewhere, workspace = tmp_path / "elsewhere", tmp_path / "shop"
    elsewhere.mkdir()
    (workspace / linked).parent.mkdir(parents=True)
    (workspace / linked).symlink_to(elsewhere)
    with pytest.raises(OdwError, match="no real folder"):
        write_folder(str(workspace), STAMP, FILES)
    assert [*elsewhere.iterdir()] == [] and (workspace / linked).is_symlink()


def test_a_draft_that_is_a_link_loses_the_link_alone(tmp_path: Path) -> None:
    elsewhere, runs = tmp_path / "elsewhere", tmp_path / "shop" / ".converge" / "runs"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine")
    runs.mkdir(parents=True)
    (runs / f".{STAMP}.draft").symlink_to(elsewhere)
    (runs / STAMP).symlink_to(elsewhere)
    write_folder(str(tmp_path / "shop"), STAMP, FILES)
    assert found(tmp_path / "shop") == FILES
    assert [one.name for one in elsewhere.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["../run.json", "/etc/passwd", "a/../b", "", "a//b", "./a", "x" * 300])
def test_a_name_that_leads_out_of_the_folder_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        write_folder(str(tmp_path), STAMP, {name: b""})
    assert not (tmp_path / ".converge" / "runs" / STAMP).exists()


def test_no_reader_ever_sees_half_of_it(tmp_path: Path) -> None:
    runs = tmp_path / ".converge" / "runs"
    files = {**FILES, **{f"repo-plans/r{number}/plan.md": b"x" * 1000 for number in range(60)}}
    seen: list[set[str]] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for name in [one.name for one in runs.iterdir()] if runs.is_dir() else []:
                if not name.startswith("."):
                    seen.append({*found(tmp_path, name)})
                    assert json.loads((runs / name / "run.json").read_bytes())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for number in range(10):
            write_folder(str(tmp_path), f"20261121T1600000000{number:02}Z", files)
    finally:
        over.set()
        looking.join()
    assert seen and all(one == set(files) for one in seen)


def test_a_stamp_is_the_start_in_utc_and_differs_for_two_runs_of_one_millisecond() -> None:
    assert stamp_of("odw-exec-1763740800123-4711") == "20251121T160000123711Z"
    assert stamp_of("odw-exec-1763740800123-4712") == "20251121T160000123712Z"
