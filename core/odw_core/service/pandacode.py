"""PandaCodeAnswers: takes a decision to a PandaCode session by its control file or by ``pandacode answer``.

Believes neither an exit code nor a reply: an answer arrived when the record of the session shows it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.engines.loose import Json, mapping, parse_object, text
from odw_core.engines.odw.answering import answer_words, answers_map
from odw_core.engines.odw.drive import Left, is_lying, leave_answer, read_session, take_back
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.names import pid_of, run_of, start_ms_of
from odw_core.engines.odw.session import SessionAcc, session_questions
from odw_core.errors import Refused, Stale
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.evidence import Facts, ProcessOwner, Unit
from odw_core.model.question import Question, Road
from odw_core.process.groups import end_group
from odw_core.process.liveness import Liveness, is_alive
from odw_core.process.spawn import Child, child_of, spawn_detached
from odw_core.runs.folders import private_chain
from odw_core.text.ansi import one_line, plain

DEADLINE_S = 60.0
"""How long ``pandacode answer`` may take until the record shows anything; the turn it starts may take its time."""
MARKER = "ODW_TUI_ANSWER"
_PATIENCE_S = 2.0
_TAIL = 64 * 1024
_WAITS = "waiting_for_user"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a session asked when it was answered."""

    session: Address
    place: str
    digest: str
    updated_ms: int | None


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer on its way by command."""

    asked: _Asked
    process: subprocess.Popen[bytes]
    child: Child
    folder: Path
    until: float


class PandaCodeAnswers:
    """Implements ``Driver`` for both roads of PandaCode."""

    def __init__(
        self,
        state: Path,
        snapshot: Callable[[], Snapshot],
        *,
        environ: Mapping[str, str] | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._state, self._snapshot, self._deadline_s = state, snapshot, deadline_s
        self._environ = os.environ if environ is None else environ
        self._left: dict[str, tuple[_Asked, Left]] = {}
        self._told: dict[str, _Told] = {}

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Send an answer. Raises ``Stale`` when the record asks something else by now, or in another way."""
        session = await asyncio.to_thread(self._send, command, question)
        return Receipt(command.id, Outcome.SENT, "", session)

    def _send(self, command: Decide, question: Question) -> Address:
        address, acc, now = self._session_of(question)
        if now is None:
            raise Stale("The session does not ask that any more; somebody answered it, or its turn is over.")
        if now.digest != command.decision.digest:
            raise Stale("The question changed since it was shown; look at it again.")
        if now.road is not question.road:
            raise Stale(f"It is answered in another way by now ({now.why_not or now.answer_via}); look at it again.")
        asked = _Asked(address, acc.place, now.digest, acc.record.updated_ms)
        values = dict(command.decision.values)
        if now.road is Road.PANDACODE_FILE:
            left = leave_answer(acc.place, acc.runtime, acc.session, answers_map(acc.record, now, values))
            self._left[command.id] = asked, left
        else:
            self._refuse_while_its_run_answers(acc)
            self._told[command.id] = self._tell(command.id, asked, acc, answer_words(acc.record, now, values))
        return address

    def _session_of(self, question: Question) -> tuple[Address, SessionAcc, Question | None]:
        """The session whose record asks this, as it is at this moment; None when it asks something else."""
        items = self._snapshot().items
        asker = question.address.root
        near = [one for one in items.values() if one.address.engine == "pandacode"]
        near = [one for one in near if one.address == asker or one.parent == asker]
        for item in near:
            try:
                acc = _read(item.address, item.place)
            except Stale:
                continue
            now = _question(acc)
            if (now is not None and now.id == question.id) or item.address == question.address:
                return item.address, acc, now if now is not None and now.id == question.id else None
        raise Stale("Its record is gone; nobody asks that any more.")

    def _refuse_while_its_run_answers(self, acc: SessionAcc) -> None:
        run = run_of(acc.session)
        pid, began = (pid_of(run), start_ms_of(run)) if run else (None, None)
        if pid is not None and is_alive(pid, ("odw",), began / 1000 if began is not None else None):
            raise Refused("odw answers this by itself while its run goes on; wait until the run is over.")

    def _tell(self, command_id: str, asked: _Asked, acc: SessionAcc, words: list[str]) -> _Told:
        folder = private_chain(self._state, "answers", command_id)
        session = [f"--session={acc.session}"] if acc.session.startswith("-") else ["--session", acc.session]
        argv = [
            self._program(),
            *("answer", "--runtime", acc.runtime, "--cd", acc.place),
            *(*session, "--json", *words),
        ]
        # The record lies below this place, wherever the person's own sessions go.
        environ = {**self._environ, "PANDACODE_STATE_DIR": f"{acc.place}/.pandacode", MARKER: command_id}
        with _log(folder / "stdout.log") as stdout, _log(folder / "stderr.log") as stderr:
            process = spawn_detached(
                argv, cwd=Path(acc.place), env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )
        until = asyncio_time() + self._deadline_s
        return _Told(asked, process, child_of(process.pid), folder, until)

    def _program(self) -> str:
        named = self._environ.get("ODW_PANDACODE_BIN") or "pandacode"
        found = shutil.which(named, path=self._environ.get("PATH"))
        if found is None:
            raise Refused(f"{named} is not on your PATH, and only it can answer this session; install it, then send again.")
        return found

    # ---- what became of it

    async def outcome(self, command_id: str) -> Receipt | None:
        """What the record says by now; None while it says nothing new."""
        if (left := self._left.get(command_id)) is not None:
            return self._done(command_id, await asyncio.to_thread(_of_file, *left))
        if (told := self._told.get(command_id)) is not None:
            return self._done(command_id, await self._of_command(told))
        return None

    def _done(self, command_id: str, said: tuple[Outcome, str] | None) -> Receipt | None:
        if said is None:
            return None
        asked = (self._left[command_id][0] if command_id in self._left else self._told[command_id].asked).session
        self._left.pop(command_id, None)
        self._told.pop(command_id, None)
        return Receipt(command_id, *said, asked)

    async def _of_command(self, told: _Told) -> tuple[Outcome, str] | None:
        # Before the record is read: what it said last is in the record then.
        code = told.process.poll()
        now = await asyncio.to_thread(_now, told.asked)
        if now is None or now.record.state != _WAITS or _digest(now) != told.asked.digest:
            return Outcome.ACCEPTED, "Its record shows that it was taken."
        if code is None:
            if asyncio_time() < told.until:
                return None
            await end_group(told.child, f"{MARKER}={told.folder.name}", patience_s=_PATIENCE_S)
            return Outcome.REFUSED, f"pandacode answer did nothing in time and was ended; {_where(told.folder)}"
        reply = _reply(told.folder)
        state = text(reply, "state")
        if state == _WAITS and now.record.updated_ms != told.asked.updated_ms:
            return Outcome.ACCEPTED, "It was taken, and the session asks the same again."
        if state in ("running", "starting", "completed"):
            # Its record follows.
            return None
        error = text(mapping(reply, "error"), "message") or _last_line(told.folder / "stderr.log")
        why = f": {one_line(error, 300)}" if error else ""
        return Outcome.REFUSED, f"pandacode answer ended with {code}{why}; {_where(told.folder)}"


def _of_file(asked: _Asked, left: Left) -> tuple[Outcome, str] | None:
    if not is_lying(left):
        return Outcome.ACCEPTED, "Its turn took it."
    now = _now(asked)
    if now is None or now.record.state != _WAITS or _digest(now) != asked.digest:
        took_back = take_back(left)
        return (Outcome.STALE, "Its turn went on without it; it was taken back.") if took_back else None
    if _alive(now) is False and take_back(left):
        return Outcome.REFUSED, "Its turn ended before it took the answer, which was taken back; send it once more."
    return None


def _read(address: Address, place: str) -> SessionAcc:
    runtime, _, name = address.item.partition(":")
    return read_session(place, runtime, name)


def _now(asked: _Asked) -> SessionAcc | None:
    """None when the record is gone."""
    try:
        return _read(asked.session, asked.place)
    except Stale:
        return None


def _question(acc: SessionAcc) -> Question | None:
    return next(iter(session_questions(acc, Facts(SystemClock().now(), _alive(acc)))), None)


def _digest(acc: SessionAcc) -> str:
    question = _question(acc)
    return "" if question is None else question.digest


def _alive(acc: SessionAcc) -> bool | None:
    unit = Unit(Address("pandacode", f"{acc.runtime}:{acc.session}"), acc.place, "")
    owner = OdwEngine().owner(unit, acc)
    return Liveness().of(owner).alive if isinstance(owner, ProcessOwner) else None
