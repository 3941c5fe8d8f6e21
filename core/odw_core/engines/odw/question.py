"""Questions of ODW nodes and PandaCode sessions: the same card from either witness, and who can answer it."""

from __future__ import annotations

from collections.abc import Iterable

from odw_core.decide.digest import digest
from odw_core.engines.loose import Json, flag, objects, text
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.native import native_questions
from odw_core.engines.odw.show_as import ShowAs, show_as, waiting_nodes
from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question
from odw_core.text.ansi import one_line, plain

READ_ONLY = "this version watches only; answer it where it was asked"


def run_questions(acc: RunAcc, address: Address, alive: bool | None) -> tuple[Question, ...]:
    """What a run waits for: the questions of its nodes, or those its reviewers left to the owner."""
    shown = show_as(acc, alive)
    if shown is ShowAs.NEEDS_OWNER:
        return _owner_questions(acc, address)
    if shown not in (ShowAs.NEEDS_INPUT, ShowAs.RUNNING):
        return ()
    if acc.native.asked:
        return native_questions(acc, address, alive)
    return tuple(
        question
        for node in waiting_nodes(acc)
        if node.outcome is not None
        for question in agent_questions(
            node.outcome.questions,
            thread=node.outcome.thread_id or node.outcome.session or f"{acc.run_id}/{node.key}",
            address=address.child(node.key),
            subject=f"task {plain(node.label or node.key)}",
            asked_at=_seconds(node.attempts[-1].ended_ms),
            witness="journal",
            answer_via=_answer_of_ended_node(node.outcome.session),
        )
    )


def _answer_of_ended_node(session: str) -> str:
    if not session:
        return "nobody can answer it in place: the run is over; run it again with the answer in its input"
    how = f"you, in a shell: pandacode answer --session {plain(session)} --text …"
    return f"{how}; it resumes the agent's thread, the run itself is over"


def agent_questions(
    asked: Iterable[Json],
    *,
    thread: str,
    address: Address,
    subject: str,
    asked_at: float | None,
    witness: str,
    answer_via: str,
) -> tuple[Question, ...]:
    """One card for each question object (``{id, header, question, options[], isOther, isSecret}``)."""
    return tuple(
        _question(q, thread, address, subject, asked_at, witness, answer_via) for q in asked if text(q, "question")
    )


def _question(
    asked: Json, thread: str, address: Address, subject: str, asked_at: float | None, witness: str, answer_via: str
) -> Question:
    body, name = text(asked, "question"), text(asked, "id")
    choices = tuple(
        Choice(one_line(text(option, "label"), 200), one_line(text(option, "description"), 400))
        for option in objects(asked, "options")
    )
    deciding = {"kind": "question", "thread": thread, "id": name, "body": body, "options": [c.label for c in choices]}
    sha = digest(deciding)
    allows_other = not choices or flag(asked, "isOther") is True
    field = Field(
        plain(name), one_line(text(asked, "header"), 80), choices, allows_other, flag(asked, "isSecret") is True
    )
    return Question(
        id=sha[:12],
        address=address,
        kind="question",
        asked_at=asked_at,
        title=one_line(text(asked, "header"), 80) or one_line(body, 80),
        body=plain(body),
        subject=subject,
        fields=(field,),
        decisions=("answer",),
        risk=None,
        digest=sha,
        witnesses=(witness,),
        inferred=False,
        answer_via=answer_via,
        why_not=READ_ONLY,
    )


def _owner_questions(acc: RunAcc, address: Address) -> tuple[Question, ...]:
    gate = acc.gates[-1] if acc.gates else None
    round_number = gate.round if gate else 1
    said = gate.owner_questions if gate and gate.owner_questions else ["The reviewers leave this to the owner."]
    via = "you, the owner: run it again with your decision in its context; odw cannot take an answer into an ended run"
    return tuple(
        agent_questions(
            ({"id": f"owner-{number}", "header": f"gate, round {round_number}", "question": body},),
            thread=acc.run_id,
            address=address,
            subject=f"review round {round_number}",
            asked_at=_seconds(gate.at_ms if gate else acc.finished_ms),
            witness="journal",
            answer_via=via,
        )[0]
        for number, body in enumerate(said, 1)
        if body
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
