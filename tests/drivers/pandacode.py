"""A stand-in for PandaCode: sessions that ask, and ``pandacode answer``, as the ODW reference §5.2 and §5.3 tell.

``pandacode live`` is a turn that polls its control file as a detached one does; only the test knows that command.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

POLL_S = 0.02
"""The real one looks every 0.3 s."""
MOOD = "PANDACODE_STAND_IN"
"""``hangs``: answer does nothing for ever. ``fails``: it says so and exits with 0. ``asks again``: the turn that an
answer starts asks the same. ``breaks``: it exits with 3 and no JSON."""
PATIENCE_S = 30.0


class Sessions:
    """The records below one workspace."""

    def __init__(self, workspace: Path, runtime: str = "codex") -> None:
        self.root = workspace / ".pandacode"
        self.folder = self.root / "sessions" / runtime
        self.control = self.root / "codex" / "control"
        self._workspace, self._runtime = workspace, runtime

    def path(self, session: str) -> Path:
        return self.folder / f"{session}.json"

    def control_file(self, session: str) -> Path:
        return self.control / f"{session}.answer.json"

    def read(self, session: str) -> dict[str, Any]:
        """The record."""
        return dict(json.loads(self.path(session).read_text()))

    def write(self, session: str, artifacts: dict[str, Any], thread: str = "thread-1") -> None:
        """Replace the record as upstream does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        now = time.time_ns() // 1_000_000
        known = self.read(session) if self.path(session).exists() else {"created_ms": now}
        record = {
            "runtime": self._runtime,
            "session": session,
            "driver": "codex-appserver",
            "workspace": str(self._workspace),
            "thread_id": thread,
            "created_ms": known["created_ms"],
            "updated_ms": max(now, int(known.get("updated_ms", 0)) + 1),
            "artifacts": artifacts,
        }
        draft = self.path(session).with_suffix(f".tmp.{os.getpid()}")
        draft.write_text(json.dumps(record, indent=2))
        draft.replace(self.path(session))

    def asks(self, session: str, *questions: dict[str, Any], turn: str = "turn-1", **more: Any) -> None:
        """A session whose process has ended while it asked."""
        asked = {"pending_questions": [*questions], "answer_file": None, "runner_pid": 999_999_999}
        self.write(session, {"status": "waiting_for_user", "turn_id": turn, **asked, **more})

    def asks_by_codexctl(self, session: str, name: str, words: str) -> None:
        """A session of the older generation, whose daemon holds the turn."""
        told = {"pending_stage": "execute", "pending_question_id": name, "pending_question": words}
        self.write(session, {"last_state": "waiting_for_user", **told})

    def word(self, session: str) -> str:
        """What the agent last said."""
        return str(self.read(session)["artifacts"].get("last_agent_message"))


def install(folder: Path) -> Path:
    """An executable called ``pandacode`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "pandacode"
    here = Path(__file__).resolve().parents[1]
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(here)!r})\n"
        "from drivers.pandacode import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    program.chmod(0o755)
    return program


def live_turn(program: Path, workspace: Path, session: str, *questions: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A turn that asks and lives; it returns as soon as its record says so."""
    argv = [str(program), "live", "--cd", str(workspace), "--session", session, "--task", json.dumps(questions)]
    turn = subprocess.Popen(argv, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True)
    assert turn.stdout is not None
    assert turn.stdout.readline() == b"asks\n"
    return turn


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="pandacode")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("answer", "live"):
        verb = verbs.add_parser(name)
        for option in ("--cd", "--session", "--runtime", "--text", "--choice", "--task"):
            verb.add_argument(option)
        verb.add_argument("--json", action="store_true")
        verb.add_argument("--wait", action="store_true")
    given = parser.parse_args(words)
    sessions = Sessions(Path(given.cd))
    if given.verb == "live":
        return _live(sessions, given.session, json.loads(given.task))
    mood = os.environ.get(MOOD, "")
    if mood == "breaks":
        print("\x1b[31mError: app server is gone\x1b[0m", file=sys.stderr)
        return 3
    while mood == "hangs":
        time.sleep(PATIENCE_S)
    if mood == "fails":
        return _reply({"ok": False, "state": "failed", "error": {"message": "thread not found", "chain": []}})
    return _answer(sessions, given, asks_again=mood == "asks again")


def _live(sessions: Sessions, session: str, questions: list[dict[str, Any]]) -> int:
    control = sessions.control_file(session)
    control.parent.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {"runner_pid": os.getpid(), "detached": True, "turn_id": "turn-1"}
    waiting = {"status": "waiting_for_user", "pending_questions": questions, "answer_file": str(control)}
    sessions.write(session, {**artifacts, **waiting})
    print("asks", flush=True)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if control.exists():
            answers = json.loads(control.read_text())
            control.unlink()
            over = {"pending_questions": None, "answer_file": None}
            sessions.write(session, {**artifacts, **over, "status": "running"})
            message = f"Continued with the answer {json.dumps(answers, sort_keys=True)}"
            sessions.write(session, {**artifacts, **over, "status": "completed", "last_agent_message": message})
            return 0
        time.sleep(POLL_S)
    return 1


def _answer(sessions: Sessions, given: argparse.Namespace, *, asks_again: bool) -> int:
    session = given.session
    artifacts = sessions.read(session)["artifacts"]
    if name := artifacts.get("pending_question_id"):
        try:
            answers = json.loads(given.text)
        except ValueError:
            answers = {"answers": {name: {"answers": [given.text]}}}
        message = f"Continued with the answer {json.dumps(answers, sort_keys=True)}"
        sessions.write(session, {"last_state": "running"})
        _reply({"ok": True, "state": "running", "session": session})
        sessions.write(session, {"last_state": "completed", "last_summary": {"last_agent_message": message}})
        return 0
    asked = artifacts["pending_questions"]
    said = given.text if given.text is not None else asked[0]["options"][int(given.choice) - 1]["label"]
    if asks_again:
        sessions.asks(session, *asked, turn="turn-2")
        return _reply({"ok": False, "state": "waiting_for_user", "answer_mode": "resume_turn"})
    artifacts = {**artifacts, "pending_questions": None, "turn_id": "turn-2"}
    sessions.write(session, {**artifacts, "status": "running"})
    sessions.write(session, {**artifacts, "status": "completed", "last_agent_message": f"New turn: {said}"})
    return _reply({"ok": True, "state": "completed", "answer_mode": "resume_turn", "session": session})


def _reply(document: dict[str, Any]) -> int:
    print(json.dumps(document, indent=2, sort_keys=True), flush=True)
    return 0
