"""Questions of ODW nodes and PandaCode sessions: the same card from either witness, and who can answer it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from odw_core.decide.digest import digest
from odw_core.engines.asked import asked_deciding, asked_field
from odw_core.engines.loose import Json, flag, text
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.native import native_questions
from odw_core.engines.odw.roles import name_of
from odw_core.engines.odw.show_as import ShowAs, show_as, waiting_nodes
from odw_core.model.address import Address
from odw_core.model.question import Field, Question, Road
from odw_core.text.ansi import one_line, plain


class Way(NamedTuple):
    """By which way an answer travels, said beforehand."""

    road: Road
    answer_via: str
    """Who can answer, and how, as a sentence."""
    why_not: str | None = None


def run_questions(acc: RunAcc, address: Address, alive: bool | None) -> tuple[Question, ...]:
    """What a run waits for: the questions of its nodes, or those its reviewers left to the owner."""
    shown = show_as(acc, alive)
    if shown is ShowAs.NEEDS_OWNER:
        return _owner_questions(acc, address)
    if shown not in (ShowAs.NEEDS_INPUT, ShowAs.RUNNING):
        return ()
    if acc.native.asked:
        return native_questions(acc, address, alive)
    found = (
        agent_form(
            node.outcome.questions,
            thread=node.outcome.thread_id or node.outcome.session or f"{acc.run_id}/{node.key}",
            address=address.child(node.key),
            subject=f"task {plain(name_of(node))}",
            asked_at=_seconds(node.attempts[-1].ended_ms),
            witness="journal",
            way=_way_of_ended_node(node.outcome.session),
        )
        for node in waiting_nodes(acc)
        if node.outcome is not None
    )
    return tuple(question for question in found if question is not None)


def _way_of_ended_node(session: str) -> Way:
    """A node that asks has ended, and its run takes nothing in. A session record that is still there knows more."""
    via = "nobody can answer it in place: run it again with the answer in its input"
    if not session:
        return Way(Road.NONE, via, "its task is over, and a run of odw takes no answer")
    why_not = (
        f"its task is over, a run of odw takes no answer, and session {one_line(session, 120)} left no record here"
    )
    return Way(Road.NONE, via, why_not)


def agent_form(
    asked: Iterable[Json],
    *,
    thread: str,
    address: Address,
    subject: str,
    asked_at: float | None,
    witness: str,
    way: Way,
    turn: str = "",
) -> Question | None:
    """One card with a field for each question object (``{id, header, question, options[], isOther, isSecret}``).

    None when nothing is asked. The id is the same from either witness; the digest knows the turn that asks, if any.
    """
    objects_asked = [one for one in asked if text(one, "question")]
    if not objects_asked:
        return None
    fields = tuple(_field(one, number) for number, one in enumerate(objects_asked, 1))
    bodies = [plain(text(one, "question")) for one in objects_asked]
    named = [f"{field.label}: {body}" if field.label else body for field, body in zip(fields, bodies, strict=True)]
    titles = [field.label or one_line(body, 80) for field, body in zip(fields, bodies, strict=True)]
    identity = {"thread": thread, "ids": [text(one, "id") for one in objects_asked]}
    deciding: dict[str, object] = {"kind": "question", "thread": thread, "asked": [*map(_deciding, objects_asked)]}
    if turn:
        deciding["turn"] = turn
    return Question(
        id=digest(identity)[:12],
        address=address,
        kind="question",
        asked_at=asked_at,
        title=one_line(", ".join(titles), 80),
        body=bodies[0] if len(bodies) == 1 else "\n".join(named),
        subject=subject,
        fields=fields,
        decisions=("answer",),
        risk=None,
        digest=digest(deciding),
        witnesses=(witness,),
        inferred=False,
        answer_via=way.answer_via,
        why_not=way.why_not,
        road=way.road,
        details=tuple(zip((field.id for field in fields), bodies, strict=True)) if fields[1:] else (),
    )


def _field(asked: Json, number: int) -> Field:
    identity = plain(text(asked, "id")) or f"question-{number}"
    return asked_field(asked, identity, one_line(text(asked, "header"), 80))


def _deciding(asked: Json) -> dict[str, object]:
    return {**asked_deciding(asked), "other": flag(asked, "isOther") is True}


def _owner_questions(acc: RunAcc, address: Address) -> tuple[Question, ...]:
    gate = acc.gates[-1] if acc.gates else None
    round_number = gate.round if gate else 1
    said = gate.owner_questions if gate and gate.owner_questions else ["The reviewers leave this to the owner."]
    via = "you, the owner: run it again with your decision in its context"
    way = Way(Road.NONE, via, "its run is over, and odw takes no answer into an ended run")
    found = (
        agent_form(
            ({"id": f"owner-{number}", "header": f"gate, round {round_number}", "question": body},),
            thread=acc.run_id,
            address=address,
            subject=f"review round {round_number}",
            asked_at=_seconds(gate.at_ms if gate else acc.finished_ms),
            witness="journal",
            way=way,
        )
        for number, body in enumerate(said, 1)
        if body
    )
    return tuple(question for question in found if question is not None)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
