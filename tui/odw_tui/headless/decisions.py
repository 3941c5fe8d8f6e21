"""answer, approve, reject: a decision made of what was typed, bound to what was seen, sent, and waited for.

Prints nothing itself, and repeats no secret.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.decide.guard import refuse, word_for
from odw_core.decide.verdicts import FEEDBACK, Meaning, is_judged, meaning
from odw_core.errors import NotFound, OdwError, Refused, Stale, UsageError
from odw_core.model.address import Address
from odw_core.model.command import WAIT_S, Decide, Outcome
from odw_core.model.decision import Decision
from odw_core.model.question import Field, Question, Road
from odw_core.state.select import merge_questions
from odw_core.text.ansi import one_line
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, Look, facts
from odw_tui.headless.driving import EXITS
from odw_tui.headless.inbox import question_lines
from odw_tui.headless.ways import FITTING, PLAIN, command_for, plain_verdict
from odw_tui.present.spans import Spans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from odw_core.model.change import Snapshot
    from odw_core.service.daemons import Daemons
    from odw_core.service.oneshot import Room
    from odw_core.service.submit import Submitter

Values = tuple[tuple[str, tuple[str, ...]], ...]

_HEARING_S = 3.0
"""How long is waited for what the server of a home asks."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of it. ``lines`` go to stdout, ``note`` to stderr."""

    lines: Callable[[Look], Iterable[Spans]] | None
    note: str
    exit_code: int


async def decide(
    room: Room,
    homes: Sequence[str],
    given: Given,
    state: Path,
    submitter: Callable[[Callable[[], Snapshot]], Submitter],
) -> Decided:
    """Find the question, make the decision, and send it if that was asked for. Raises ``OdwError``."""
    async with _heard(homes, given.question, room.snapshot.questions) as (daemons, heard):
        snapshot = replace(room.snapshot, questions=merge_questions((*room.snapshot.questions, *heard)))
        question = _find(given.question, snapshot, room, given.digest, state)
        decision = decision_of(question, given)
        if (given.digest is None and not given.is_sure) or given.is_dry_run:
            return _preview(question, decision, given)
        if (reason := _why_not(question, decision, given)) is not None:
            raise reason
        road = submitter(lambda: snapshot)
        if daemons is not None:
            road.take(Road.SERVER, daemons)
        command = Decide(decision)
        receipt = await road.submit(command)
        if receipt.outcome is Outcome.SENT:
            receipt = await road.outcome(command.id, WAIT_S)
        lines = None
        if receipt.outcome is Outcome.ACCEPTED:
            lines = _lines_of((("decided", decision.verdict), ("question", f"question:{question.id}")))
        return Decided(lines, receipt.reason, EXITS[receipt.outcome])


@asynccontextmanager
async def _heard(
    homes: Sequence[str], wanted: str, known: Sequence[Question]
) -> AsyncIterator[tuple[Daemons | None, tuple[Question, ...]]]:
    """What the servers of these homes ask, as long as the block runs; they are not asked for what files can answer."""
    from odw_core.service.listening import listening_homes

    is_answerable = any(_could_be(one, wanted) and one.road is not Road.NONE for one in known)
    if is_answerable or not listening_homes(homes):
        yield None, ()
        return
    # Imported late: talking to a server takes a library.
    from odw_core.service.daemons import Daemons

    asked: dict[Address, tuple[Question, ...]] = {}
    found = asyncio.Event()

    def take(source: Address, questions: tuple[Question, ...]) -> None:
        asked[source] = questions
        if any(_could_be(one, wanted) for one in questions):
            found.set()

    daemons = Daemons(lambda: homes, {}, lambda _: None, take, reads_only=False)
    running = asyncio.create_task(daemons.run())
    try:
        try:
            async with asyncio.timeout(_HEARING_S):
                await found.wait()
        except TimeoutError:
            # It says nothing of that question; what files say is all there is.
            pass
        yield daemons, tuple(one for group in asked.values() for one in group)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _could_be(question: Question, text: str) -> bool:
    name = text.removeprefix("question:")
    return question.id.startswith(name) or question.address.item == name or str(question.address.root) == name


def _find(text: str, snapshot: Snapshot, room: Room, digest: str | None, state: Path) -> Question:
    """By its id, any unique beginning of it, or the address of who asks nothing else."""
    name = text.removeprefix("question:")
    found = [one for one in snapshot.questions if name and one.id.startswith(name)]
    if not found and not text.startswith("question:"):
        try:
            address = room.resolve(text)
        except NotFound:
            address = None
        found = [one for one in snapshot.questions if address in (one.address, one.address.root)]
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(one.id for one in found[:5])
        raise UsageError(f"{text!r} could be {some}; type more of one of them.")
    if digest is not None and (said := _what_happened(name, digest, state)):
        raise Stale(said)
    raise NotFound(f"Nothing here asks {text!r}, or not any more; odw-tui inbox shows what does.")


def _what_happened(name: str, digest: str, state: Path) -> str:
    """What the audit log knows of a question that is gone; empty when it knows nothing."""
    from odw_core.decide.audit import entries

    last = None
    for entry in entries(state):
        if entry.question.startswith(name) and entry.digest == digest:
            last = entry
    return "" if last is None else f"It was decided already: {last.verdict}, by {last.who}: {last.outcome}."


def decision_of(question: Question, given: Given) -> Decision:
    """What would be sent. Raises ``UsageError`` for what does not fit the question, ``Refused`` for what it offers
    not."""
    from odw_core.clock import SystemClock
    from odw_core.decide.audit import who

    verdict = _verdict(question, given)
    values = _values(question, given) if given.command == "answer" else _along(question, given)
    reason = given.reason or ""
    return Decision(
        question.id,
        question.digest if given.digest is None else given.digest,
        verdict,
        values,
        reason,
        who("command line"),
        SystemClock().now(),
    )


def _verdict(question: Question, given: Given) -> str:
    offered = ", ".join(question.decisions) or "nothing"
    if given.verdict is not None:
        if given.verdict not in question.decisions:
            raise Refused(f"{given.verdict} is not offered here; it offers {offered}.")
        if meaning(given.verdict) not in FITTING[given.command]:
            other = command_for(given.verdict)
            way = f"odw-tui {other} {question.id} --as {given.verdict} says it" if other else f"it offers {offered}"
            raise UsageError(f"{given.verdict} does not {given.command}; {way}.")
        return given.verdict
    if given.command == "answer" and is_judged(question.kind):
        raise Refused(f"It is decided, not answered: odw-tui approve or reject {question.id}; it offers {offered}.")
    wanted = PLAIN.get(given.command, (Meaning.ANSWER, Meaning.ACCEPT) if question.fields else (Meaning.ANSWER,))
    if (verdict := plain_verdict(question, wanted)) is not None:
        return verdict
    other = "odw-tui answer" if meaning(next(iter(question.decisions), "")) is Meaning.ANSWER else "odw-tui approve"
    raise Refused(f"{given.command} is not offered here; it offers {offered} ({other} {question.id}).")


def _along(question: Question, given: Given) -> Values:
    """What goes along with a verdict on work as a whole: what stands in its fields, or what ``--json`` says instead,
    and a reason as its feedback."""
    if not is_judged(question.kind):
        if given.json_file is not None:
            raise UsageError("It takes no fields along; leave --json out.")
        return ()
    told: dict[str, tuple[str, ...]] = {field.id: (field.default,) for field in question.fields if field.default}
    if given.json_file is not None:
        told |= dict(_from_json(question, _read(given.json_file)))
    if given.reason and any(field.id == FEEDBACK for field in question.fields):
        told[FEEDBACK] = (given.reason,)
    return tuple(told.items())


def _values(question: Question, given: Given) -> Values:
    if given.json_file is not None:
        return _from_json(question, _read(given.json_file))
    if given.text is None and given.choice is None:
        raise UsageError("The answer is missing; give --text, --choice or --json.")
    needed = [field for field in question.fields if not field.is_optional] or question.fields
    if len(needed) != 1:
        names = ", ".join(field.id for field in question.fields)
        raise UsageError(f"It asks {len(needed)} things at once; answer them with --json FILE: {names}.")
    (field,) = needed
    if field.is_secret:
        raise UsageError("Its answer is secret and has no place on a command line; give it with --json - on stdin.")
    if given.choice is not None:
        if not 1 <= given.choice <= len(field.choices):
            raise UsageError(f"There are {len(field.choices)} options, none is number {given.choice}.")
        return ((field.id, (field.choices[given.choice - 1].label,)),)
    return ((field.id, (given.text or "",)),)


def _from_json(question: Question, value: object) -> Values:
    """``{"answers": {id: {"answers": […]}}}``, or ``{id: answer}`` with one answer or a list of them."""
    told = value.get("answers", value) if isinstance(value, Mapping) else None
    known = {field.id: field for field in question.fields}
    if not isinstance(told, Mapping) or not all(name in known for name in told):
        raise UsageError(f"--json takes an object with these keys: {', '.join(known) or 'none'}.")
    return tuple((name, _texts(known[name], one)) for name, one in told.items())


def _texts(field: Field, value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = value.get("answers")
    many = [_picked(field, one) for one in (value if isinstance(value, list) else [value])]
    if not all(isinstance(one, str | int | float) for one in many):
        raise UsageError(f"{field.id} takes a text, or a list of texts.")
    return tuple(one if isinstance(one, str) else json.dumps(one) for one in many)


def _picked(field: Field, value: object) -> object:
    """A number means the option that is shown with it, unless the options are numbers themselves."""
    labels = [choice.label for choice in field.choices]
    if not isinstance(value, int) or isinstance(value, bool) or not labels or str(value) in labels:
        return value
    if not 1 <= value <= len(labels):
        raise UsageError(f"{field.id} has no option number {value}; its options are 1 to {len(labels)}.")
    return labels[value - 1]


def _read(name: str) -> object:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).expanduser().read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text; --json takes JSON.") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # What stands in it may be secret, so not even its beginning is repeated.
        raise UsageError(f"{name} is no JSON.") from None


def _why_not(question: Question, decision: Decision, given: Given) -> OdwError | None:
    """Why it must not be sent."""
    if question.digest != decision.digest:
        return Stale("The question changed since that digest was shown; nothing was sent. Look at it again.")
    reason = refuse(question, decision, given.confirm, float("-inf"), 0.0)
    if reason is None:
        return None
    word = word_for(question, decision.verdict)
    return Refused(f"{reason} --confirm {word} says it." if word is not None and given.confirm != word else reason)


def _preview(question: Question, decision: Decision, given: Given) -> Decided:
    """What would be sent, and the digest that binds it to what is shown. Nothing is sent."""
    lines = _lines_of(_told(question, decision), question)
    reason = _why_not(question, decision, given)
    if given.is_dry_run:
        note = "Nothing was sent: this was a dry run." if reason is None else str(reason)
        return Decided(lines, note, 0 if reason is None else reason.exit_code)
    needs = "--yes sends it as it is by then, --digest only if it is still this"
    word = word_for(question, decision.verdict)
    if reason is not None and (word is None or given.confirm == word):
        return Decided(lines, str(reason), reason.exit_code)
    return Decided(
        lines,
        f"Nothing was sent: {needs}{f'; it also needs --confirm {word}' if word is not None else ''}.",
        UsageError.exit_code,
    )


def _told(question: Question, decision: Decision) -> Iterator[tuple[str, str]]:
    yield "would", decision.verdict
    secret = {field.id for field in question.fields if field.is_secret}
    for name, values in decision.values:
        yield one_line(name, 80), "(secret)" if name in secret else one_line(", ".join(values), 400)
    if decision.reason:
        yield "reason", one_line(decision.reason, 400)
    yield "digest", question.digest


def _lines_of(pairs: Iterable[tuple[str, str]], question: Question | None = None) -> Callable[[Look], Iterable[Spans]]:
    kept = tuple(pairs)

    def lines(look: Look) -> Iterator[Spans]:
        if question is not None:
            yield from question_lines(question, look)
            yield BLANK
        yield from facts(kept)

    return lines
