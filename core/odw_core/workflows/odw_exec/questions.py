"""Takes held answers to a person: each call that waits becomes a question of our run, its decision the answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.decide.digest import digest
from odw_core.engines.odw.answering import answer_words
from odw_core.engines.odw.drive import read_session
from odw_core.engines.odw.layout import RUNTIMES
from odw_core.engines.odw.session import SessionAcc, session_questions
from odw_core.errors import OdwError
from odw_core.model.evidence import Facts
from odw_core.model.question import Field, Question, Road
from odw_core.runs.context import Context
from odw_core.runs.held import HeldCall, is_waiting, release, waiting
from odw_core.runs.holding import option

_LOOK_S = 0.1
_VIA = "you, here; odw waits for it"


async def hold_for_a_person(context: Context, key: str, held: Path) -> None:
    """Ask for every call that waits, until cancelled."""
    asked: dict[str, asyncio.Task[None]] = {}
    try:
        while True:
            for call in await asyncio.to_thread(waiting, held):
                if call.id not in asked:
                    asked[call.id] = asyncio.create_task(_ask(context, key, call))
            await asyncio.sleep(_LOOK_S)
    finally:
        for task in asked.values():
            task.cancel()
        await asyncio.gather(*asked.values(), return_exceptions=True)


async def _ask(context: Context, key: str, call: HeldCall) -> None:
    acc = await asyncio.to_thread(_record, call)
    question = _question(context, key, call, acc)
    watching = asyncio.create_task(_watch(context, question.id, call))
    try:
        decision = await context.ask(question)
    finally:
        watching.cancel()
    words = _words(acc, question, dict(decision.values))
    try:
        await asyncio.to_thread(release, call, words)
    except OdwError as error:
        context.emit({"type": "warning", "key": key, "message": str(error)}, str(error))


async def _watch(context: Context, question_id: str, call: HeldCall) -> None:
    """Who asks may be ended meanwhile; then nobody waits for the answer."""
    while await asyncio.to_thread(is_waiting, call):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
    context.withdraw(question_id, "gone")


def _record(call: HeldCall) -> SessionAcc | None:
    if not (call.place and call.session):
        return None
    for runtime in (call.runtime,) if call.runtime in RUNTIMES else RUNTIMES:
        try:
            return read_session(call.place, runtime, call.session)
        except OdwError:
            continue
    return None


def _question(context: Context, key: str, call: HeldCall, acc: SessionAcc | None) -> Question:
    """The card that the session's own record shows, so that both are one; without a record, the words of the call."""
    at, via = context.address.child(key), _VIA
    asked = session_questions(acc, Facts(context.now(), None)) if acc is not None else ()
    if asked:
        return replace(asked[0], address=at, road=Road.SUPERVISOR, answer_via=via, why_not=None, witnesses=("journal",))
    proposed = option([*call.words], "--text") or option([*call.words], "--choice")
    subject = f"session {call.session}" if call.session else "an agent"
    return Question(
        id=hashlib.sha256(f"{context.run_id}\0{call.id}".encode()).hexdigest()[:12],
        address=at,
        kind="question",
        asked_at=call.at or None,
        title="an agent asks",
        body="Its record does not say what. odw was about to answer by itself"
        + (f":\n{proposed}" if proposed else "."),
        subject=subject,
        fields=(Field("answer", "your answer", allows_other=True),),
        decisions=("answer",),
        risk=None,
        digest=digest({"kind": "question", "call": call.id, "words": [*call.words]}),
        witnesses=("journal",),
        inferred=False,
        answer_via=via,
        why_not=None,
        road=Road.SUPERVISOR,
    )


def _words(acc: SessionAcc | None, question: Question, values: Mapping[str, Sequence[str]]) -> list[str]:
    if acc is not None and acc.record.pending_questions:
        return answer_words(acc.record, question, values)
    return ["--text=" + "\n".join(word for picked in values.values() for word in picked)]
