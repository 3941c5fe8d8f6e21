"""What a run that odw-tui drives shows beyond upstream's: its questions and their road, its sessions, its notices."""

from __future__ import annotations

import re
from dataclasses import replace

from odw_core.engines.odw.acc import AskedAcc, DecidedAcc, ModelAcc, NodeAcc, RunAcc, ThreadAcc
from odw_core.engines.odw.coordination import coordination_stage, fallback_why
from odw_core.engines.odw.names import start_ms_of
from odw_core.engines.state_graph import counted
from odw_core.model.address import Address
from odw_core.model.detail import Notice
from odw_core.model.item import Claim
from odw_core.model.question import Choice, Field, Question, Road
from odw_core.model.question_json import decode_question
from odw_core.text.ansi import one_line, plain

STREAMS_OF_AGENT = ("stdout", "stderr", "prompt", "diff", "journal")
_OF_CONVERGE = re.compile(r"^(\d{8}T\d{12}Z|task-[A-Za-z0-9][A-Za-z0-9._-]{0,127})$")
"""Name of a run folder of Converge, or of a task of its queue."""
_LOG = re.compile(r"^run-\d{8}-\d{6}(?:-\d{1,4})?$")
"""Name of a log of a scenario batch."""
_DONE = {"approve": "approved", "reject": "rejected", "add_round": "another round added", "stop": "stopped"}
_GONE = "its driver is gone; answering resumes it"


def native_questions(acc: RunAcc, address: Address, alive: bool | None) -> tuple[Question, ...]:
    """Everything that is open, the oldest first. A journal is foreign text like any other."""
    found = (_question(asked, address, alive) for asked in acc.native.asked.values())
    return tuple(question for question in found if question is not None)


def _question(asked: AskedAcc, address: Address, alive: bool | None) -> Question | None:
    told = decode_question(asked.question)
    if told is None:
        return None
    at = told.asked_at if told.asked_at is not None else None if asked.at_ms is None else asked.at_ms / 1000
    is_gone, is_decidable = alive is False, bool(told.decisions)
    return Question(
        id=told.id,
        # Where it lies says this file, not what it claims.
        address=address.child(asked.key) if asked.key else address,
        kind=one_line(told.kind, 40),
        asked_at=at,
        title=one_line(told.title, 200),
        body=plain(told.body),
        subject=one_line(told.subject, 200),
        fields=tuple(_field(one) for one in told.fields),
        decisions=told.decisions,
        risk=one_line(told.risk, 400) if told.risk else None,
        digest=told.digest,
        witnesses=("journal",),
        inferred=False,
        answer_via=f"you, here: {_GONE}" if is_gone else one_line(told.answer_via, 400) or "you, here",
        why_not=None if is_decidable else "it names nothing that could be decided",
        road=Road.NONE if not is_decidable else Road.RESUME if is_gone else Road.SUPERVISOR,
        details=tuple((one_line(label, 80), plain(text)) for label, text in told.details),
        confirm=told.confirm,
    )


def _field(given: Field) -> Field:
    choices = tuple(Choice(one_line(c.label, 400), one_line(c.description, 1000)) for c in given.choices)
    return replace(given, label=one_line(given.label, 400), choices=choices, default=plain(given.default))


def native_asking(acc: RunAcc, alive: bool | None) -> str:
    """Why it waits; empty when it asks nothing in this way."""
    asked = next(iter(acc.native.asked.values()), None)
    if asked is None:
        return ""
    told = decode_question(asked.question)
    subject = one_line(told.subject, 60) if told else ""
    title = one_line(told.title or told.body, 300) if told else ""
    said = f"{subject or 'it'} asks: {title}" if title else "it waits for an answer"
    if acc.native.coordination is not None and (why := fallback_why(acc.native.coordination)):
        # The card's own title begins with the same cause.
        is_told = title.startswith(why.partition(" (fallback plans: ")[0])
        said = f"{why}; {f'{subject} asks how to go on' if is_told and subject else said}"
    more = len(acc.native.asked) - 1
    said += f" (and {counted(more, 'more question')})" if more else ""
    return f"{said}; {_GONE}" if alive is False else said


def native_stage(acc: RunAcc) -> str:
    """What it waits for, in two or three words."""
    if acc.native.coordination is not None:
        return coordination_stage(acc, acc.native.coordination, is_over=False)
    kinds = [str(asked.question.get("kind", "")) for asked in acc.native.asked.values()]
    if len(kinds) > 1:
        return f"{len(kinds)} questions"
    match kinds:
        case ["approval"]:
            return "an approval"
        case ["gate"]:
            return f"gate r{acc.gates[-1].round}" if acc.gates else "gate"
        case ["plan"]:
            return "plan held"
        case _:
            return "1 question"


def native_claims(acc: RunAcc) -> tuple[Claim, ...]:
    """The sessions that are its children."""
    return tuple(Claim(address.engine, session=address.item) for address in native_sessions(acc))


def native_sessions(acc: RunAcc) -> tuple[Address, ...]:
    """Where those sessions are found, each once."""
    threads = ((one.runtime, one.thread) for one in acc.native.threads if _has_address(one, acc.run_id))
    return tuple(Address(engine, thread) for engine, thread in dict.fromkeys(threads))


def _has_address(thread: ThreadAcc, run_id: str) -> bool:
    """Sessions of Codex have one of their own; what odw began is a whole run, as folders and logs for others are."""
    match thread.runtime:
        case "codex":
            return True
        case "odw":
            return start_ms_of(thread.thread) is not None and thread.thread != run_id
        case "converge":
            return _OF_CONVERGE.match(thread.thread) is not None
        case "scenario":
            return _LOG.match(thread.thread) is not None
        case _:
            return False


def native_parent(acc: RunAcc) -> Address | None:
    """The run of somebody else that it belongs to: it makes one of its calls once more."""
    try:
        address = Address.parse(acc.native.repeats)
    except ValueError:
        return None
    return address.root if address.engine == "converge" else None


def attempt_streams(node: NodeAcc) -> tuple[str, ...]:
    """What was kept of each attempt of a node: of an agent also its change and the talk with its server."""
    return ("stdout", "stderr", "prompt") if node.runtime == "command" else STREAMS_OF_AGENT


def native_commit(acc: RunAcc) -> str:
    """Which commit holds what landed; empty as long as none does."""
    if not acc.native.commit:
        return ""
    where = f" on {one_line(acc.native.branch, 80)}" if acc.native.branch else ""
    return f"committed as {one_line(acc.native.commit, 64)[:10]}{where}"


def native_notices(acc: RunAcc) -> tuple[Notice, ...]:
    """Warnings, models that are not what was asked for, bytes that somebody else wrote into the journal."""
    found = [Notice(_said(decided), False) for decided in acc.native.decided]
    if acc.native.part_of:
        found.insert(0, Notice(f"part of the campaign odw:{one_line(acc.native.part_of, 80)}", False))
    found += [Notice(_of_key(warning.key, plain(warning.message)), True) for warning in acc.native.warnings]
    if said := native_commit(acc):
        found.insert(0, Notice(f"what landed is {said}", False))
    for key, model in acc.native.models.items():
        if said := _mismatch(model):
            found.append(Notice(_of_key(key, said), True))
    if acc.native.foreign:
        times, count = len(acc.native.foreign), sum(acc.native.foreign)
        found.append(
            Notice(f"somebody else wrote into its journal ({count:,} bytes, {_times(times)}); it was put right", True)
        )
    return tuple(found)


def _said(decided: DecidedAcc) -> str:
    about, by = one_line(decided.about, 60), one_line(decided.by, 200)
    verdict = _DONE.get(decided.verdict, one_line(decided.verdict, 40))
    return f"{about}: {verdict}" + (f" by {by}" if by else "")


def _mismatch(model: ModelAcc) -> str:
    asked = one_line(model.requested, 80)
    got = one_line(model.served or model.accepted, 80)
    if not asked or not got or asked == got:
        return ""
    reason = one_line(model.reason, 300)
    return f"asked for {asked}, served by {got}" + (f": {reason}" if reason else "")


def _of_key(key: str, said: str) -> str:
    return f"{one_line(key, 60)}: {said}" if key and key not in ("command", "session") else said


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
