"""PandaCodeAnswers: takes a decision to a PandaCode session: by its control file, by ``pandacode answer``, or to the
call of odw that is held for it.

Believes neither an exit code nor a reply: an answer arrived when the record of the session shows it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.clock import SystemClock
from odw_core.engines.loose import text
from odw_core.engines.odw.answering import answer_words, answers_map
from odw_core.engines.odw.drive import Left, is_lying, leave_answer, read_session, take_back
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.names import pid_of, run_of, start_ms_of
from odw_core.engines.odw.session import SessionAcc, session_questions
from odw_core.errors import Refused, Stale
from odw_core.model.address import Address
from odw_core.model.change import Snapshot
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.evidence import Facts, Unit
from odw_core.model.question import Question, Road
from odw_core.process.liveness import Liveness, is_alive
from odw_core.runs.held import HeldCall, folder_of_held, is_held, release, waiting
from odw_core.service.pandacode_command import Running, run

DEADLINE_S = 60.0
"""How long ``pandacode answer`` may take until the record shows anything; the turn it starts may take its time."""
_WAITS = "waiting_for_user"

Said = tuple[Outcome, str]


@dataclass(frozen=True, slots=True)
class _Sent:
    """One answer on its way, and what its session asked when it was sent."""

    session: Address
    place: str
    digest: str
    updated_ms: int | None
    by: Left | Running | HeldCall


class PandaCodeAnswers:
    """Implements ``Driver`` for both roads of PandaCode."""

    def __init__(
        self,
        state: Path,
        snapshot: Callable[[], Snapshot],
        *,
        environ: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> None:
        self._state, self._snapshot = state, snapshot
        self._deadline_s = DEADLINE_S if deadline_s is None else deadline_s
        self._environ = os.environ if environ is None else environ
        self._sent: dict[str, _Sent] = {}

    async def decide(self, command: Decide, question: Question) -> Receipt:
        """Send an answer. Raises ``Stale`` when the record asks something else by now, or in another way."""
        sent = self._sent[command.id] = await asyncio.to_thread(self._send, command, question)
        return Receipt(command.id, Outcome.SENT, "", sent.session)

    async def outcome(self, command_id: str) -> Receipt | None:
        """What the record says by now; None while it says nothing new."""
        sent = self._sent.get(command_id)
        if sent is None:
            return None
        by = sent.by
        match by:
            case Left():
                said = await asyncio.to_thread(_of_file, sent, by)
            case HeldCall():
                said = await asyncio.to_thread(_of_held, by)
            case Running():
                said = await _of_command(sent, by)
        if said is None:
            return None
        del self._sent[command_id]
        return Receipt(command_id, *said, sent.session)

    def _send(self, command: Decide, question: Question) -> _Sent:
        address, acc = self._asker(question)
        now = _question(acc)
        if now is None or now.id != question.id:
            raise Stale("The session does not ask that any more: somebody answered it, or its turn is over.")
        if now.digest != command.decision.digest:
            raise Stale("The question changed since it was shown; look at it again.")
        if now.road is not question.road:
            raise Stale(f"It has to be answered in another way by now; look at it again ({now.answer_via}).")
        values = dict(command.decision.values)
        by: Left | Running | HeldCall
        if (held := self._held(acc)) is not None:
            release(held, answer_words(acc.record, now, values))
            by = held
        elif now.road is Road.PANDACODE_FILE:
            by = leave_answer(acc.place, acc.runtime, acc.session, answers_map(acc.record, now, values))
        else:
            _refuse_while_its_run_answers(acc)
            by = run(
                self._state,
                command.id,
                answer_words(acc.record, now, values),
                place=acc.place,
                runtime=acc.runtime,
                session=acc.session,
                environ=self._environ,
                deadline_s=self._deadline_s,
            )
        return _Sent(address, acc.place, now.digest, acc.record.updated_ms, by)

    def _held(self, acc: SessionAcc) -> HeldCall | None:
        """The call by which odw was about to answer this session by itself."""
        calls = waiting(folder_of_held(self._state))
        return next((one for one in calls if (one.place, one.session) == (acc.place, acc.session)), None)

    def _asker(self, question: Question) -> tuple[Address, SessionAcc]:
        """The session that asks, as its record is at this moment; a card may lie at the task of its run."""
        at, gone = question.address, None
        for item in self._snapshot().items.values():
            if item.address != at and (item.address.engine != "pandacode" or item.parent != at.root):
                continue
            try:
                acc = _read(item.address, item.place)
            except Stale as error:
                gone = error
                continue
            found = _question(acc)
            if item.address == at or (found is not None and found.id == question.id):
                return item.address, acc
        raise gone or Stale("Its record is gone; nobody asks that any more.")


async def _of_command(sent: _Sent, running: Running) -> Said | None:
    # Asked before the record is read: what it did last is in the record then.
    code = running.process.poll()
    now = await asyncio.to_thread(_look, sent)
    if now is not None and not _asks_the_same(now, sent):
        return Outcome.ACCEPTED, "Its record shows that the answer was taken."
    kept = f"both its streams are in {running.folder}"
    if code is None:
        if not running.is_late:
            return None
        await running.end()
        return Outcome.REFUSED, f"pandacode answer did nothing in time and was ended; {kept}."
    state = text(running.reply(), "state")
    if state == _WAITS and now is not None and now.record.updated_ms != sent.updated_ms:
        return Outcome.ACCEPTED, "The answer was taken, and the session asks the same again."
    if state in ("starting", "running", "completed"):
        # Its record follows.
        return None
    why = running.why()
    return Outcome.REFUSED, f"pandacode answer changed nothing{f': {why}' if why else ''}; {kept}."


def _of_held(call: HeldCall) -> Said | None:
    if not call.folder.exists():
        return Outcome.ACCEPTED, "odw went on with the answer."
    return None if is_held(call) else (Outcome.REFUSED, "odw ended before it took the answer.")


def _of_file(sent: _Sent, left: Left) -> Said | None:
    if not is_lying(left):
        return Outcome.ACCEPTED, "Its turn took the answer."
    now = _look(sent)
    if now is None:
        return None
    if not _asks_the_same(now, sent) and take_back(left):
        return Outcome.STALE, "Its turn went on without the answer, which was taken back."
    if _alive(now) is False and take_back(left):
        return Outcome.REFUSED, "Its turn ended before it took the answer, which was taken back; send it once more."
    return None


def _look(sent: _Sent) -> SessionAcc | None:
    """The session as its record is now; None when that cannot be read."""
    try:
        return _read(sent.session, sent.place)
    except Stale:
        return None


def _asks_the_same(acc: SessionAcc, sent: _Sent) -> bool:
    question = _question(acc)
    return acc.record.state == _WAITS and (question is None or question.digest == sent.digest)


def _refuse_while_its_run_answers(acc: SessionAcc) -> None:
    run_id = run_of(acc.session)
    pid, began = (pid_of(run_id), start_ms_of(run_id)) if run_id else (None, None)
    if pid is not None and is_alive(pid, ("odw",), None if began is None else began / 1000):
        raise Refused("odw answers this by itself while its run goes on; wait until the run is over.")


def _read(address: Address, place: str) -> SessionAcc:
    runtime, _, name = address.item.partition(":")
    return read_session(place, runtime, name)


def _question(acc: SessionAcc) -> Question | None:
    return next(iter(session_questions(acc, Facts(SystemClock().now(), _alive(acc)))), None)


def _alive(acc: SessionAcc) -> bool | None:
    owner = OdwEngine().owner(Unit(Address("pandacode", f"{acc.runtime}:{acc.session}"), acc.place, ""), acc)
    return Liveness().of(owner).alive
