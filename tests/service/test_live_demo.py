"""The live demo is a real run: four tasks, a question, a rejected round, one repair, a landing, its own tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE

import pytest

from drivers.command import LONGEST_S, PROGRAM, Ran, odw_tui
from drivers.processes import Witness, processes_naming
from odw_core.agents.scripted_player.check import read_script
from odw_core.demo.caretaker import end_runs
from odw_core.demo.live import script, set_up
from odw_core.engines.loose import Json, mapping, parse_object, text
from odw_core.errors import OdwError, UsageError
from odw_core.runs.folders import RunFolder
from odw_core.runs.past import run_ids

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
TASKS = ["coupons", "basket", "receipt", "tests"]
LANDED = ["M till/basket.py", "M till/receipt.py", "?? tests/test_coupons.py", "?? till/coupons.py"]


def demo(*words: str, **env: str) -> Ran:
    return odw_tui("demo", "--headless", "--pace", "inf", *words, env=env)


def events(workspace: Path, kind: str) -> list[Json]:
    """Of the one run there."""
    (journal,) = (workspace / ".odw" / "runs").glob("*/events.jsonl")
    told = (mapping(parse_object(line) or {}, "raw") for line in journal.read_bytes().splitlines())
    return [event for event in told if text(event, "type") == kind]


def keys(workspace: Path, phase: str) -> list[str]:
    return [text(one, "key") for one in events(workspace, "agent_start") if text(one, "phase") == phase]


def status(workspace: Path) -> list[str]:
    told = subprocess.run(["git", "status", "--porcelain"], cwd=workspace, capture_output=True, text=True, check=True)
    return [line.strip() for line in told.stdout.splitlines()]


def passes_its_tests(workspace: Path) -> bool:
    told = subprocess.run([sys.executable, "-B", "-m", "unittest"], cwd=workspace, capture_output=True, text=True)
    return told.returncode == 0 and "Ran 10 tests" in told.stderr


def question(kept: Path, kind: str) -> Json:
    """The one question that waits; until it is asked, the run is at work."""

    def is_asked() -> bool:
        assert not events(kept, "workflow_done"), "it ended without asking"
        return any(text(mapping(one, "question"), "kind") == kind for one in events(kept, "question"))

    becomes_true(is_asked)
    (asked,) = odw_tui("--root", str(kept), "inbox", "--json").document["questions"]
    assert asked["kind"] == kind
    return dict(asked)


def becomes_true(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < until
        os.sched_yield()


def test_with_an_automatic_gate_the_story_runs_to_its_end_and_nobody_is_asked(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ran = demo("--set", "gate=auto", "--keep", str(kept))
    assert ran.code == 0, ran.err
    assert ran.lines[0] == "✓ 1 done"
    assert sorted(keys(kept, "Implement")) == sorted(TASKS)
    (done,) = events(kept, "workflow_done")
    gates = events(kept, "worktree_review_gate")
    assert [text(one, "decision") for one in gates] == ["reject", "approve"]
    assert keys(kept, "Repair") == ["coupons-repair-1"], "who made what was not found fault with is left alone"
    assert mapping(done, "result")["ok"] is True
    assert status(kept) == LANDED
    assert passes_its_tests(kept)
    assert not events(kept, "question") and "ROUND_HALF_UP" in (kept / "till" / "basket.py").read_text()


def test_the_test_that_the_first_candidate_fails_is_a_real_one(tmp_path: Path) -> None:
    rejected = next(one for one in script()["entry"] if one["key"] == "coupons")
    with set_up(keep=tmp_path / "kept") as live:
        for entry in script()["entry"]:
            for step in entry["do"]:
                if "write" in step and (entry is rejected or not entry["key"].startswith("coupons")):
                    (live.workspace / step["write"]).write_text(step["text"].replace("{{rounding}}", "ROUND_HALF_EVEN"))
        assert not passes_its_tests(live.workspace)


def test_a_question_is_answered_and_the_gate_approved_from_outside(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ran = demo("--keep", str(kept))
    assert ran.code == 5 and f"--root {kept}" in ran.err
    assert "How does the till round half a cent?" in ran.out
    asked = question(kept, "question")
    answered = odw_tui("--root", str(kept), "answer", asked["id"], "--choice", "2", "--yes")
    assert answered.code == 0, answered.err
    gate = question(kept, "gate")
    assert gate["title"] == "land 4 files of 4 tasks?" and len(status(kept)) == 0
    approved = odw_tui("--root", str(kept), "approve", gate["id"], "--yes")
    assert approved.code == 0, approved.err
    becomes_true(lambda: bool(events(kept, "workflow_done")))
    assert status(kept) == LANDED and passes_its_tests(kept)
    assert "ROUND_HALF_EVEN" in (kept / "till" / "basket.py").read_text()


def test_what_waits_for_a_person_is_told_and_then_nothing_of_it_is_left(tmp_path: Path, home: Path) -> None:
    ran = demo(TMPDIR=str(tmp_path))
    assert ran.code == 5
    assert "How does the till round half a cent?" in ran.out
    assert list(tmp_path.iterdir()) == []
    assert processes_naming(str(tmp_path)) == {}
    assert [*home.rglob("*")] == [], "what was remembered about it went with it"


def test_a_supervisor_that_hears_nothing_is_ended_all_the_same(tmp_path: Path, home: Path) -> None:
    state = home / ".local" / "state" / "odw-tui"
    assert demo("--keep", str(tmp_path / "kept")).code == 5
    (run_id,) = run_ids(state)
    os.kill(json.loads(RunFolder(state, run_id).epoch.read_text())["pid"], signal.SIGSTOP)
    assert end_runs(state, (0.0, 0.0, LONGEST_S))
    assert processes_naming(str(home)) == {}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for other people's processes needs Linux")
def test_nothing_of_it_outlives_a_killed_command(tmp_path: Path) -> None:
    command = [*PROGRAM, "demo", "--headless"]
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environ, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE) as parent:
        assert parent.stderr is not None
        told = b"begins"
        while told and b"implement" not in told:
            told = parent.stderr.readline()
        assert told
        left = Witness([pid for pid in processes_naming(str(tmp_path)) if pid != parent.pid])
        parent.kill()
    assert left.all_end_within(20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pace", [1.0, 3.0, float("inf")])
def test_its_script_is_one_that_anybody_could_play(pace: float) -> None:
    told = script(pace)
    assert len(read_script(json.dumps(told).encode(), "demo.json").entries) == len(told["entry"])


def test_a_real_codex_gets_the_same_task_and_no_script(tmp_path: Path) -> None:
    with set_up(keep=tmp_path / "kept") as live:
        scripted, codex = live.given({}), live.given({}, "codex")
    assert scripted["request"] == codex["request"] and "script" in scripted and "script" not in codex
    assert live.given({"gate": "auto", "auto_answer": "never"})["auto_answer"] == "never"


def test_it_is_not_made_where_something_lies_or_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(UsageError, match="not empty"), set_up(keep=tmp_path):
        pass
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(OdwError, match="git is not installed"), set_up():
        pass
    assert [one.name for one in tmp_path.iterdir()] == ["precious"]


def test_what_the_demo_cannot_be_is_said() -> None:
    replayed = odw_tui("demo", "--replay", "--set", "gate=auto")
    assert (replayed.code, "leave --set and --agent out" in replayed.err) == (2, True)
    assert odw_tui("--read-only", "demo").code == 7
    elsewhere = odw_tui("demo", "--headless", "--set", "repo=/srv/shop")
    assert (elsewhere.code, "its own repo" in elsewhere.err) == (2, True)
    wrong = odw_tui("demo", "--headless", "--set", "gate=maybe")
    assert wrong.code == 2 and "gate" in wrong.err
