"""SessionRun: a session as a person drives it, with a real supervisor and a real Codex. Reads the run's own journal."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from drivers.journal_questions import left_open
from drivers.real_codex import RealCodex
from odw_core.appserver.server import OwnServer, decode_server
from odw_core.engines.odw.records import decode_line
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Command, Decide, Interrupt, Receipt, Say
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_core.runs import control, launch
from odw_core.runs.folders import RunFolder
from odw_core.runs.spec import RunSpec

PATIENCE_S = 60.0


class SessionRun:
    """One run of the workflow ``session``."""

    def __init__(self, world: RealCodex, run_id: str) -> None:
        self.world = world
        self.folder = RunFolder(world.state, run_id)
        self.address = Address("odw", run_id)

    @classmethod
    def start(cls, world: RealCodex, script: str, text: str = "go", **given: Any) -> SessionRun:
        """Start one whose model plays ``script``."""
        spec = RunSpec(
            run_id="",
            workflow="session",
            given={"prompt": world.prompt(script, text), **given},
            workspace=str(world.project),
            codex=str(world.program),
            codex_home=str(world.home),
            started_by="tester",
        )
        return cls(world, launch.launch(spec, world.state).item)

    def resume(self) -> None:
        """Start a supervisor for it again."""
        launch.resume(self.folder.run_id, self.world.state)

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The journal so far: our events as they are, outer lines by their own fields."""
        found: list[Mapping[str, Any]] = []
        for line in self.folder.mirror.read_bytes().split(b"\n")[:-1]:
            decoded = decode_line(line)
            assert decoded is not None, line
            found.append(decoded.event or decoded.fields)
        return found

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """Every event of a kind."""
        return [event for event in self.events if event.get("type") == kind]

    @property
    def files(self) -> Path:
        """The files of its attempt."""
        return self.world.project / ".odw" / "runs" / self.folder.run_id / "attempts" / "session-1"

    @property
    def protocol(self) -> list[Mapping[str, Any]]:
        """Every frame of the talk with its server."""
        return [json.loads(line) for line in (self.files / "protocol.jsonl").read_text().splitlines()]

    @property
    def open_questions(self) -> list[Question]:
        """What it asks and nobody answered."""
        return left_open(self.events)

    @property
    def server(self) -> OwnServer | None:
        """Its app server, as its record says."""
        try:
            return decode_server(json.loads((self.folder.root / "server.json").read_text()))
        except FileNotFoundError:
            return None

    @property
    def supervisor(self) -> int:
        """Process id of the newest supervisor."""
        return int(self.of("supervisor")[-1]["pid"])

    def until(self, holds: Callable[[], Any], why: str = "") -> Any:
        """Wait until something holds; looks again whenever the kernel says that little time went by, never longer than
        the patience. Fails with the journal."""
        ends_at = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            assert time.monotonic() < ends_at, f"{why or 'it never held'}\n{self.story}"
            select.select([], [], [], 0.02)
        return found

    def until_event(self, kind: str, **fields: Any) -> Mapping[str, Any]:
        """The first event of a kind with these values."""

        def found() -> Mapping[str, Any] | None:
            matching = (one for one in self.of(kind) if all(one.get(key) == value for key, value in fields.items()))
            return next(matching, None)

        return self.until(found, f"no {kind} {fields}")

    def until_asked(self) -> Question:
        """The question that is open."""
        return self.until(lambda: self.open_questions, "it asked nothing")[0]

    def until_over(self) -> Mapping[str, Any]:
        """Its exit, when its supervisor is gone too."""
        event = self.until_event("exit")
        assert self.world.ends_within([self.supervisor], PATIENCE_S)
        return event

    def decide(self, verdict: str, question: Question | None = None, **values: tuple[str, ...]) -> Receipt:
        """Decide what it asks, and wait for what became of that."""
        question = question or self.until_asked()
        given = tuple(values.items())
        secret = [field.id for field in question.fields if field.is_secret]
        return self.tell(Decide(Decision(question.id, question.digest, verdict, given, by="tester", at=1.0)), secret)

    def tell(self, command: Command, secret: Sequence[str] = ()) -> Receipt:
        """Send a command and wait for its receipt."""
        control.send(self.world.state, self.folder.run_id, command, secret=secret)

        def said() -> Receipt | None:
            receipt = control.receipt(self.world.state, self.folder.run_id, command.id)
            return receipt if receipt is not None and receipt.outcome.value != "sent" else None

        return self.until(said, "no receipt")

    def say(self, text: str, *, waits: bool = False) -> Receipt:
        return self.tell(Say(self.address, text, waits))

    def interrupt(self) -> Receipt:
        return self.tell(Interrupt(self.address))

    def cancel(self) -> Receipt:
        return self.tell(Cancel(self.address))

    def kill_supervisor(self) -> None:
        """SIGKILL, and wait until it is gone."""
        pid = self.supervisor
        os.kill(pid, signal.SIGKILL)
        assert self.world.ends_within([pid])

    def kill_server(self) -> None:
        """SIGKILL its app server, and wait until it is gone."""
        server = self.server
        assert server is not None
        os.kill(server.child.pid, signal.SIGKILL)
        assert self.world.ends_within([server.child.pid])

    @property
    def story(self) -> str:
        """Everything a person would look at when a test fails."""
        lines = [json.dumps(event)[:400] for event in self.events[-30:]]
        logs = (self.folder.log, self.folder.root / "server.stderr.log")
        lines += [f"-- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs if log.exists()]
        protocol = self.files / "protocol.jsonl"
        if protocol.exists():
            lines += ["-- protocol", *(line[:300] for line in protocol.read_text(errors="replace").splitlines()[-12:])]
        return "\n".join(lines)
