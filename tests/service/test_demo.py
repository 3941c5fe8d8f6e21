"""The replayed demo plays exactly what was recorded, in a process by the right name, and leaves nothing behind."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from drivers.processes import Witness, processes_naming
from odw_core.config import Config
from odw_core.demo.acts import How
from odw_core.demo.launch import playing
from odw_core.demo.manifest import read_stories
from odw_core.demo.player import PLAYED, RECORDINGS
from odw_core.demo.rewriting import RECORDED_ROOT, Rewriting, moment_of_stamp
from odw_core.demo.score import read_score
from odw_core.demo.wide_acts import CODEX_HOME
from odw_core.errors import UsageError
from odw_core.model.item import State
from odw_core.service.oneshot import open_room
from odw_tui import demo

FIXTURES = Path(__file__).parents[1] / "fixtures" / "odw"
FIXTURE_OF = {
    "finished": "a/project",
    "rejected-round": "b/project",
    "waiting": "d/project",
    "running": "f/project",
    "failed": "g/project",
    "parked": "d/project-parked",
}
WIDE = ("approval", "notes", "questions", "batch")
"""What is no run of odw and no session of pandacode."""
OWNER = re.compile(rb'"runner_pid": ?\d+')


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def stand_in(folder: Path, recording: str, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A player as the conductor starts it, playing into ``folder / "shop"``."""
    program = folder / "odw"
    program.write_text("import sys\nfrom odw_core.demo.player import main\nraise SystemExit(main(sys.argv[1:]))\n")
    command = [sys.executable, str(program), "exec", "--path", str(folder / "shop"), "--recording", recording, *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as player:
        yield player


@pytest.mark.parametrize("name", sorted(FIXTURE_OF))
def test_a_recording_of_the_demo_is_the_recorded_fixture(name: str) -> None:
    fixture = files_below(FIXTURES / FIXTURE_OF[name])
    for path, content in files_below(RECORDINGS / name).items():
        if (name, Path(path).name) == ("running", "events.jsonl"):
            assert content.startswith(fixture[path]), "its torn last line is whole here, since its owner lives on"
        else:
            assert content == fixture[path]


@pytest.mark.parametrize("name", WIDE)
def test_a_wider_recording_is_the_recorded_fixture_too(name: str) -> None:
    for path, content in files_below(RECORDINGS / name).items():
        fixture = fixture_of(name, path).read_bytes()
        if path.endswith("session_index.jsonl"):
            assert content in fixture.splitlines(keepends=True), "of the names of all sessions its own"
        else:
            assert content == fixture


def fixture_of(name: str, path: str) -> Path:
    """The file of the fixtures that a file of a recording was copied from."""
    fixtures = FIXTURES.parent
    match name:
        case "questions":
            below = "project" if path.startswith(".converge/") else ""
            return fixtures / "converge" / "codex-fail-fallback" / below / path
        case "batch":
            return fixtures / "scenario" / "empty-model" / path
        case _:
            return fixtures / "codex" / "mini_home" / path.removeprefix(f"{CODEX_HOME}/")


@pytest.mark.parametrize("name", WIDE)
def test_what_is_played_widely_without_its_rewriting_is_the_recording(name: str, tmp_path: Path) -> None:
    with stand_in(tmp_path, name, "--pace", "inf") as player:
        assert player.stdout is not None
        assert player.stdout.readline() == PLAYED

    played = {path: content for path, content in files_below(tmp_path / "shop").items() if "-locks/" not in path}
    score = read_score(RECORDINGS / name)
    runs = tmp_path / "shop" / ".converge" / "runs"
    begun_ms = moment_of_stamp(next(runs.iterdir()).name) if runs.exists() else read_score(tmp_path / "shop").origin_ms
    undo = inverse(Rewriting(None, (RECORDED_ROOT, str(tmp_path / "shop")), (score.origin_ms, begun_ms)))
    recorded = {path: content for path, content in files_below(RECORDINGS / name).items() if path != "appearance.txt"}
    assert {undo.name(path): undo.data(content) for path, content in played.items()} == recorded
    assert begun_ms > score.origin_ms, "it happens now, not when it was recorded"


def test_a_session_waits_for_an_approval_as_long_as_its_writer_lives(tmp_path: Path) -> None:
    with stand_in(tmp_path, "approval", "--pace", "inf", "--stays") as player:
        assert player.stdout is not None
        player.stdout.readline()
        assert session_states(tmp_path / "shop" / CODEX_HOME) == [State.WAITING]
    assert session_states(tmp_path / "shop" / CODEX_HOME) == [State.STALE]


def session_states(home: Path) -> list[State]:
    room = open_room([str(home)], Config(), cache=None)
    try:
        return [item.state for item in room.snapshot.items.values()]
    finally:
        room.close()


def inverse(made: Rewriting) -> Rewriting:
    """The way back, but for the owner's pid."""
    run_id = None if made.run_id is None else (made.run_id[1], made.run_id[0])
    return Rewriting(run_id, (made.root[1], made.root[0]), (made.origin_ms[1], made.origin_ms[0]), 1 / made.pace)


@pytest.mark.parametrize(("name", "pace"), [*((name, "inf") for name in sorted(FIXTURE_OF)), ("finished", "1")])
def test_a_played_run_without_its_rewriting_is_the_recording(name: str, pace: str, tmp_path: Path) -> None:
    with stand_in(tmp_path, name, "--pace", pace) as player:
        assert player.stdout is not None
        assert player.stdout.readline() == PLAYED

    workspace = tmp_path / "shop"
    played = files_below(workspace)
    undo = inverse(rewriting_of(name, workspace))
    restored = {undo.name(path): OWNER.sub(b"", undo.data(content)) for path, content in played.items()}
    pointers = {path for path in restored if path.endswith("latest.json")}
    recorded = {path: OWNER.sub(b"", content) for path, content in files_below(RECORDINGS / name).items()}
    assert {path: content for path, content in restored.items() if path not in pointers} == recorded
    for path in pointers & {".odw/runs/latest.json"}:
        assert restored[path] == next(content for path, content in restored.items() if path.endswith("/run.json"))


def rewriting_of(name: str, workspace: Path) -> Rewriting:
    """What the player rewrote, as told by what it left."""
    score = read_score(RECORDINGS / name)
    root = (RECORDED_ROOT, str(workspace))
    if score.run_id is None:
        record = json.loads(next((workspace / ".pandacode/sessions/codex").glob("ask*.json")).read_text())
        before = json.loads(next((RECORDINGS / name / ".pandacode/sessions/codex").glob("ask*.json")).read_text())
        begins_ms = record["created_ms"] - (before["created_ms"] - score.origin_ms)
        return Rewriting(None, root, (score.origin_ms, begins_ms))
    run_id = next((workspace / ".odw/runs").glob("odw-exec-*")).name
    return Rewriting((score.run_id, run_id), root, (score.origin_ms, int(run_id.split("-")[2])))


def test_a_played_run_belongs_to_a_living_process_called_odw(tmp_path: Path) -> None:
    with stand_in(tmp_path, "running", "--pace", "inf", "--stays") as player:
        assert player.stdout is not None
        player.stdout.readline()
        run_id = next((tmp_path / "shop/.odw/runs").glob("odw-exec-*")).name
        assert run_id.endswith(f"-{player.pid}")
        assert Path(processes_naming(str(tmp_path))[player.pid].split()[1]).name == "odw"


def test_a_player_goes_on_murmuring_until_its_stdin_ends(tmp_path: Path) -> None:
    murmur = ("--murmur", "runs npm test", "--murmur-every", "0.01")
    with stand_in(tmp_path, "running", "--pace", "inf", "--stays", *murmur) as player:
        assert player.stdout is not None
        player.stdout.readline()
        journal = next((tmp_path / "shop/.odw/runs").glob("odw-exec-*/events.jsonl"))
        with journal.open("rb") as growing:
            while b"runs npm test" not in growing.read():
                growing.seek(0)
        assert player.stdin is not None
        player.stdin.close()
        assert player.wait(10) == 0


@pytest.mark.parametrize("name", sorted(FIXTURE_OF))
def test_what_is_rewritten_as_a_whole_changes_its_word_on_the_way(name: str) -> None:
    acts = read_score(RECORDINGS / name).acts
    assert [act.at_ms for act in acts] == sorted(act.at_ms for act in acts)
    runs = [json.loads(act.data)["status"] for act in acts if act.path.endswith("/run.json")]
    assert runs[:1] in ([], ["running"])
    records = [act for act in acts if "/sessions/codex/" in act.path and "latest" not in act.path]
    for path in {act.path for act in records}:
        words = [json.loads(act.data)["artifacts"]["status"] for act in records if act.path == path]
        assert words[:2] == ["starting", "running"]
    states = [json.loads(act.data) for act in acts if act.path.endswith("state.json") and act.how is How.SWAPPED]
    finished = [len(state["agents"]) + len(state["failedAgents"]) for state in states]
    assert finished == sorted(finished)


def test_times_are_stretched_by_the_pace() -> None:
    slow = Rewriting(None, ("/a", "/b"), (1_795_219_643_792, 1_800_000_000_000), pace=0.5)
    assert slow.data(b'{"ts_ms":1795219644792}') == b'{"ts_ms":1800000002000}'
    assert slow.data(b"2026-11-21T00:07:24.792Z") == b"2027-01-15T08:00:02.000Z"
    assert slow.data(b"chunk 1780600001234 of 12") == b"chunk 1780600001234 of 12"


def test_a_workspace_with_a_quote_in_its_path_still_gives_valid_json(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" place'
    folder.mkdir()
    with stand_in(folder, "finished", "--pace", "inf") as player:
        assert player.stdout is not None
        player.stdout.readline()
    journal = next((folder / "shop/.odw/runs").glob("odw-exec-*/events.jsonl")).read_text()
    assert json.loads(journal.split("\n")[0])["state_path"].startswith(str(folder))


def test_the_demo_tells_every_kind_of_story() -> None:
    stories = read_stories()
    assert {story.recording for story in stories} == {*FIXTURE_OF, *WIDE}
    assert min(story.starts_after_s for story in stories) == 0.0
    assert max(story.starts_after_s for story in stories) < 10.0, "a newcomer sees a live room in ten seconds"


def test_a_manifest_that_names_no_recording_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "stories.toml"
    wrong.write_text(
        '[[story]]\nname="x"\nshows="y"\nprogram="odw"\nrecording="nothing"\npace=1.0\nstarts_after_s=0.0\n'
    )
    with pytest.raises(ValidationError, match="there is no recording 'nothing'"):
        read_stories(wrong)


def test_the_demo_without_a_screen_plays_everything_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    seen: list[int] = []

    def count_runs(workspace: Path) -> int:
        seen.append(len(list((workspace / ".odw/runs").glob("odw-exec-*"))))
        return 5

    code = demo.replay(open_screen=no_screen, print_status=count_runs, headless=True, pace=math.inf)
    assert (code, seen) == (0, [5])
    assert list(tmp_path.iterdir()) == []
    assert processes_naming(str(tmp_path)) == {}


def no_screen(workspace: Path) -> int:
    raise AssertionError("no screen was asked for")


def test_a_demo_that_is_kept_stays_where_it_was_asked_for(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    demo.replay(open_screen=no_screen, print_status=lambda _: 0, headless=True, pace=math.inf, keep=kept)
    assert len(list((kept / ".odw/runs").glob("odw-exec-*"))) == 5
    assert processes_naming(str(kept)) == {}


def test_a_demo_is_not_played_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(UsageError, match="not empty"), playing(keep=tmp_path):
        pass


def test_a_demo_that_would_stand_still_is_refused() -> None:
    with pytest.raises(UsageError, match="--pace 0"), playing(pace=0.0):
        pass


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for other people's processes needs Linux")
def test_nothing_of_the_demo_outlives_a_killed_screen() -> None:
    screen = (
        "from odw_core.demo.launch import playing\n"
        "with playing(pace=float('inf')) as stage:\n"
        "    stage.wait_until_played()\n"
        "    print(stage.scratch, flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", screen], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        scratch = Path(parent.stdout.readline().strip())
        left = Witness(list(processes_naming(str(scratch))))
        parent.kill()
    assert left.all_end_within(10)
    assert not scratch.exists()
