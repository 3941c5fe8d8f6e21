"""Saved logs on a real disk: which files are taken for logs, which run each part tells of, and how they grow."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.converge_story import FOLDER, LATER, fold, lay, read
from odw_core.engines.converge.acc import LogAcc
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.engines.converge.log_shelf import LogShelf
from odw_core.model.evidence import Facts
from odw_core.model.item import Item, State

STAMP = "20261121T001251061654Z"
BEGAN = datetime(2026, 11, 21, 0, 12, 51, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "above" / "place"
    (place / ".converge" / "runs" / STAMP).mkdir(parents=True)
    return place


def part(place: Path, run: str = STAMP, shelf: LogShelf | None = None) -> LogAcc | None:
    shelf = shelf or LogShelf()
    return shelf.part_of(str(place), run, shelf.stamp(str(place)))


def log_lines(*messages: str, zone_h: float = 0.0, level: str = "INFO", began: datetime = BEGAN) -> str:
    at = f"{began + timedelta(hours=zone_h):%Y-%m-%d %H:%M:%S}"
    begin = ("Logging configured: level=INFO", "Config initialized: goal=plan it, repos=['api', 'web']")
    levels = ["INFO"] * (len(begin) + len(messages) - 1) + [level]
    records = zip((*begin, *messages), levels, strict=True)
    return "".join(f"{at} - converge.x - {word} - {message}\n" for message, word in records)


def item(place: Path, now: float = LATER, alive: bool | None = None) -> Item:
    engine = ConvergeEngine()
    (unit,) = engine.discover(str(place))
    facts = Facts(now, alive)
    return engine.item(fold(engine, unit, facts), facts)


@pytest.mark.parametrize("where", ["", ".converge", ".converge/logs", "logs"])
def test_a_log_is_found_in_the_usual_folders(place: Path, where: str) -> None:
    (place / where).mkdir(exist_ok=True)
    (place / where / "any name.log").write_text(log_lines())
    found = part(place)
    assert found is not None
    assert (found.goal, found.repos) == ("plan it", ["api", "web"])


def test_beside_the_place_only_a_log_with_a_known_name_is_taken(place: Path) -> None:
    (place.parent / "other.log").write_text(log_lines())
    assert part(place) is None
    (place.parent / "stdout.log").write_text(log_lines())
    assert part(place) is not None


@pytest.mark.parametrize("zone_h", [0.0, -8.0, 5.5, 5.75, 14.0])
def test_local_time_of_any_zone_ties_a_log(place: Path, zone_h: float) -> None:
    (place / "run.log").write_text(log_lines(zone_h=zone_h))
    found = part(place)
    assert found is not None
    assert found.zone_s == zone_h * 3600
    assert not found.is_certain


@pytest.mark.parametrize("minutes", [1, 7, 20])
def test_a_log_of_another_time_tells_nothing(place: Path, minutes: int) -> None:
    (place / "run.log").write_text(log_lines(began=BEGAN + timedelta(minutes=minutes)))
    assert part(place) is None


def test_a_folder_that_a_log_names_is_certain(place: Path) -> None:
    lines = log_lines(f"Artifacts Location: .converge/runs/{STAMP}", began=BEGAN + timedelta(days=40))
    (place / "run.log").write_text(lines)
    found = part(place)
    assert found is not None
    assert found.is_certain


def test_each_run_of_a_worker_has_its_own_part(tmp_path: Path) -> None:
    place = lay("queue-conditional-resolve", tmp_path / "place")
    first, second = part(place, "20261121T002137209373Z"), part(place, "20261121T002138407176Z")
    assert first is not None
    assert second is not None
    assert (first.line, second.line) == (2, 32)
    assert [len(planning.repos) for planning in second.rounds] == [2, 2]


def test_a_goal_of_many_lines_is_whole(place: Path) -> None:
    text = log_lines().replace("goal=plan it", "goal=plan it\n, repos=['no']\n\x1b[31mred")
    (place / "run.log").write_text(text)
    found = part(place)
    assert found is not None
    assert (found.goal, found.repos) == ("plan it\n, repos=['no']\n\x1b[31mred", ["api", "web"])


def test_a_live_log_tells_what_is_planned_now(place: Path) -> None:
    path = place / "run.log"
    path.write_text(log_lines("CodexAgent initialized (codex_enabled=False)"))
    with path.open("a") as stream:
        stream.write("2026-11-21 00:12:52 - converge.x - INFO - codex_plan_built: prompt_length=4, repo=web\n")
    found = item(place, now=BEGAN.timestamp() + 30, alive=True)
    assert (found.state, found.why, found.stage) == (State.RUNNING, "planning web, round 1", "planning web, round 1")
    assert [claim.folder for claim in found.claims] == [f"{place}/api", f"{place}/web"]
    assert {claim.until for claim in found.claims} == {None}


def test_a_run_that_a_person_stopped_is_idle(place: Path) -> None:
    (place / "run.log").write_text(log_lines() + "Aborted!\n")
    assert item(place).state is State.IDLE


def test_a_log_that_breaks_off_is_stale_with_its_last_line(place: Path) -> None:
    (place / "run.log").write_text(log_lines("CodexAgent initialized (codex_enabled=False)"))
    found = item(place)
    assert found.state is State.STALE
    assert found.why.endswith("its log ends with: CodexAgent initialized (codex_enabled=False)")


def test_a_crash_of_a_known_kind_shows_its_cause(place: Path) -> None:
    error = (
        "Task failed\nTraceback (most recent call last):\n  File x\nPermissionError: [Errno 13] Permission denied: '/x'"
    )
    (place / "run.log").write_text(log_lines(error, level="ERROR"))
    found = item(place)
    assert (found.state, found.why) == (
        State.FAILED,
        "crashed: PermissionError: [Errno 13] Permission denied: '/x'",
    )


def test_an_unfinished_last_line_counts_and_is_read_again(place: Path) -> None:
    path, shelf = place / "run.log", LogShelf()
    path.write_text(log_lines() + "2026-11-21 00:12:52 - converge.x - INFO - Coordination complete with st")
    found = part(place, shelf=shelf)
    assert found is not None
    assert found.status == ""
    with path.open("a") as stream:
        stream.write("atus: HITL_REQUIRED")
    found = part(place, shelf=shelf)
    assert found is not None
    assert found.status == "HITL_REQUIRED"
    assert found == part(place)


def test_what_grows_is_read_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, shelf = place / "run.log", LogShelf()
    path.write_text(log_lines())
    part(place, shelf=shelf)
    offsets: list[int] = []
    real = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        offsets.append(offset)
        return real(descriptor, length, offset)

    size = path.stat().st_size
    with path.open("a") as stream:
        stream.write("2026-11-21 00:12:52 - converge.x - INFO - Status: HITL_REQUIRED\n")
    monkeypatch.setattr(os, "pread", counted)
    part(place, shelf=shelf)
    assert [offset for offset in offsets if offset not in (0, size)] == [path.stat().st_size]


def test_a_log_that_is_exchanged_in_place_is_read_anew(place: Path) -> None:
    path, shelf = place / "run.log", LogShelf()
    path.write_text(log_lines())
    assert part(place, shelf=shelf) is not None
    path.write_text("2020-01-01 00:00:00 - x - INFO - something else\n" * 20)
    assert part(place, shelf=shelf) is None


def test_only_the_end_of_a_very_long_log_is_read_and_its_lines_are_right(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("odw_core.engines.converge.log_shelf._LONGEST", 1 << 20)
    noise = "2020-01-01 00:00:00 - x - INFO - something else\n" * 60_000
    (place / "run.log").write_text(noise + log_lines())
    found = part(place)
    assert found is not None
    assert found.line == 60_001
    assert found.offset == len(noise)


def test_links_pipes_and_other_files_are_no_logs(place: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text(log_lines())
    (place / "link.log").symlink_to(outside)
    os.mkfifo(place / "pipe.log")
    (place / "folder.log").mkdir()
    (place / "binary.log").write_bytes(bytes(range(256)) * 100)
    shutil.copy(outside, place / "run.txt")
    (place / "logs").symlink_to(tmp_path)
    assert part(place) is None


def test_a_log_of_another_goal_is_not_believed_of_a_complete_run(tmp_path: Path) -> None:
    place = lay("converged-codex-json", tmp_path / "place", log=False)
    text = (FOLDER / "converged-codex-json" / "stdout.log").read_text()
    lines = [line for line in text.split("\n") if "Artifacts Location" not in line]
    (place / "stdout.log").write_text("\n".join(lines).replace("Add discount codes", "Something else"))
    ((_, acc),) = read(place).values()
    engine = ConvergeEngine()
    detail = engine.detail(acc, Facts(LATER))
    assert "log" not in detail.streams


def test_a_trace_is_told(place: Path) -> None:
    url = "Started logging traces to https://www.comet.com/opik/api/v1/session/redirect/?trace_id=0199a3f2-7b1c-7000"
    (place / "run.log").write_text(log_lines(url))
    found = part(place)
    assert found is not None
    assert found.trace is not None
    assert (found.trace.text, found.trace.line) == ("0199a3f2-7b1c-7000", 3)
