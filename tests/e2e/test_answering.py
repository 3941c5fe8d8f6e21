"""answer, approve and reject as scripts meet them; what was answered is proved by what the session did with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.command import LONGEST_S, PROGRAM, Ran, odw_tui
from drivers.pandacode import Sessions, install, live_turn
from drivers.runs_world import RunsWorld, world

__all__ = ["world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

MODULE = {"id": "module", "header": "Module", "question": "Which name?", "options": [{"label": "a"}, {"label": "b"}]}
KEY = {"id": "key", "header": "Key", "question": "Which key?", "isSecret": True}

Typed = Callable[..., Ran]


@pytest.fixture
def program(world: RunsWorld, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in on the PATH; the state folder is the user's."""
    world.state = home / ".local" / "state" / "odw-tui"
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return install(tmp_path / "bin")


@pytest.fixture
def sessions(world: RunsWorld, program: Path) -> Sessions:
    return Sessions(world.workspace)


@pytest.fixture
def live(world: RunsWorld, program: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a live turn that asks."""
    turns: list[subprocess.Popen[bytes]] = []

    def start(*questions: dict[str, Any]) -> subprocess.Popen[bytes]:
        turns.append(live_turn(program, world.workspace, "ask", *questions))
        return turns[-1]

    yield start
    for one in turns:
        one.kill()
        one.communicate()


def typed(world: RunsWorld, *words: str) -> Ran:
    return odw_tui("--no-codex", *words, cwd=world.workspace)


def asked(world: RunsWorld) -> Any:
    (question,) = typed(world, "inbox", "--json").document["questions"]
    return question


def test_a_question_is_looked_at_then_answered_by_its_digest(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks("ask", MODULE)
    question = asked(world)
    assert "starts a new turn on its thread" in question["answer_via"] and question["why_not"] is None
    looked = typed(world, "answer", question["id"], "--choice", "2")
    assert (looked.code, question["digest"] in looked.out) == (2, True)
    assert not (world.state / "answers").exists()
    done = typed(world, "answer", question["id"][:5], "--choice", "2", "--digest", question["digest"])
    assert (done.code, done.lines[0].split()) == (0, ["decided", "answer"])
    assert sessions.word("ask") == "New turn: b"
    again = typed(world, "answer", question["id"], "--choice", "2", "--digest", question["digest"])
    assert (again.code, "decided already: answer" in again.err) == (6, True)
    assert typed(world, "answer", question["id"], "--choice", "2", "--yes").code == 4


def test_a_question_that_changed_meanwhile_is_not_answered(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks("ask", MODULE)
    before = asked(world)
    sessions.asks("ask", {**MODULE, "options": [{"label": "delete everything"}, {"label": "b"}]})
    refused = typed(world, "answer", before["id"], "--choice", "1", "--digest", before["digest"])
    assert (refused.code, refused.out) == (6, "")
    assert sessions.read("ask")["artifacts"]["status"] == "waiting_for_user"


def test_a_form_with_a_secret_is_answered_from_stdin_and_kept_nowhere(
    world: RunsWorld, sessions: Sessions, live: Callable[..., subprocess.Popen[bytes]]
) -> None:
    turn = live(MODULE, KEY)
    question = asked(world)
    assert [field["id"] for field in question["fields"]] == ["module", "key"]
    done = subprocess.run(
        [*PROGRAM, "--no-codex", "answer", question["id"], "--json", "-", "--yes"],
        cwd=world.workspace,
        input=json.dumps({"module": "a", "key": "hunter2"}),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert (done.returncode, "hunter2" in done.stdout + done.stderr) == (0, False)
    assert turn.wait(LONGEST_S) == 0
    told = {"answers": {"key": {"answers": ["hunter2"]}, "module": {"answers": ["a"]}}}
    assert sessions.word("ask") == f"Continued with the answer {json.dumps(told, sort_keys=True)}"
    kept = [path for path in world.state.rglob("*") if path.is_file()]
    assert kept and not any(b"hunter2" in path.read_bytes() for path in kept)


def test_a_codexctl_session_is_answered_by_the_address_of_the_session(world: RunsWorld, sessions: Sessions) -> None:
    sessions.asks_by_codexctl("ask", "q-7", "Which?")
    done = typed(world, "answer", "pandacode:codex:ask", "--text", "this one", "--yes")
    assert done.code == 0
    shown = typed(world, "show", "pandacode:codex:ask", "--json").document
    assert json.dumps({"answers": {"q-7": {"answers": ["this one"]}}}) in shown["last_words"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--read-only", "answer", "x", "--text", "y", "--yes"), 7),
        (("answer", "nobody", "--text", "y", "--yes"), 4),
        (("approve", "pandacode:codex:ask", "--yes"), 7),
        (("answer", "pandacode:codex:ask", "--yes"), 2),
        (("answer", "pandacode:codex:ask", "--choice", "1", "--dry-run", "--yes"), 0),
    ],
)
def test_what_is_not_to_be_sent_starts_nothing(
    world: RunsWorld, sessions: Sessions, words: tuple[str, ...], code: int
) -> None:
    sessions.asks("ask", MODULE)
    assert typed(world, *words).code == code
    assert not (world.state / "answers").exists()
    assert sessions.read("ask")["artifacts"]["status"] == "waiting_for_user"


def test_a_task_of_a_run_that_is_over_says_that_it_takes_no_answer(world: RunsWorld, program: Path) -> None:
    import shutil

    from drivers.command import project

    shutil.copytree(Path(project("d")) / ".odw", world.workspace / ".odw")
    (question,) = typed(world, "inbox", "--json").document["questions"]
    assert "a run of odw takes no answer" in question["why_not"]
    refused = typed(world, "answer", question["id"], "--choice", "1", "--yes")
    assert (refused.code, "a run of odw takes no answer" in refused.err) == (7, True)
    # With the record of its session the same card can be answered.
    shutil.copytree(Path(project("d")) / ".pandacode", world.workspace / ".pandacode")
    cards = typed(world, "inbox", "--json").document["questions"]
    (same,) = [one for one in cards if one["id"] == question["id"]]
    assert same["why_not"] is None and same["witnesses"] == ["journal", "session record"]
    done = typed(world, "answer", question["id"], "--choice", "1", "--digest", same["digest"])
    assert (done.code, done.lines[0].split()) == (0, ["decided", "answer"])
    assert Sessions(world.workspace).word("odw-exec-1795219808125-7095-draft-note-1") == "New turn: stable"
