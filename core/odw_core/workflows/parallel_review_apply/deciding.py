"""Deciding: what becomes of a reviewed candidate, by reviewers, policy and people. Nothing lands from here."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass, replace
from enum import StrEnum

from odw_core.decide import audit
from odw_core.decide.digest import digest
from odw_core.engines.loose import text
from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.model.question import Choice, Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.runs.landing import Approval, Candidate, approve_by_policy
from odw_core.runs.steps import Value, fingerprint
from odw_core.text.ansi import one_line
from odw_core.workflows.parallel_review_apply.asking import ask_owner
from odw_core.workflows.parallel_review_apply.blocker import Blocker, Fate
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.preflight import Block
from odw_core.workflows.parallel_review_apply.review import aggregate, overruled
from odw_core.workflows.parallel_review_apply.reviewing import Reviewed
from odw_core.workflows.parallel_review_apply.risk import risk_of

_DECISIONS = ("approve", "reject", "add_round", "stop")
_STOPPED = STOPPED_BY_OWNER


class Next(StrEnum):
    """What comes after a review."""

    LAND = "land"
    REPAIR = "repair"
    REVIEW = "review"
    """The same candidate again: something was answered, or a person wants other eyes on it."""


@dataclass(frozen=True, slots=True)
class Step:
    """The way on."""

    next: Next
    blockers: tuple[Blocker, ...] = ()
    """With their fates; those that are open are repaired."""
    words: str = ""
    """What a person said about it, for the repair."""
    candidate: Candidate | None = None
    approval: Approval | None = None
    tasks: tuple[str, ...] = ()
    """Who is repaired, whatever else is said."""
    meanwhile: str = ""
    """What a person changed in files of the candidate: the repair begins from that."""


async def decide(ground: Ground, round_number: int, reviewed: Reviewed) -> Step:
    """What is done with the candidate of this round. Raises ``Ended`` when nothing more is."""
    verdict = reviewed.verdict
    if verdict.owner_questions:
        asked = await ask_owner(ground, f"owner-r{round_number}", verdict.owner_questions, "a reviewer")
        ground.answered(asked)
        # Waiting for a person costs no round.
        ground.ceiling += round_number >= ground.ceiling
        if verdict.blockers:
            return Step(Next.REPAIR, reviewed.blockers)
        return Step(Next.REVIEW)
    if verdict.decision == "approve":
        return await _at_the_gate(ground, round_number, reviewed)
    if round_number < ground.ceiling:
        return Step(Next.REPAIR, reviewed.blockers)
    if ground.given.gate == "auto":
        # Rejected at the ceiling: nothing lands, and there is nobody who was to be asked.
        raise Ended
    return await _at_the_gate(ground, round_number, reviewed)


async def decide_blocked(ground: Ground, round_number: int, block: Block) -> str:
    """Whether a candidate that no reviewer may see gets a round beyond the last: what a person said about it.

    Raises ``Ended`` when it gets none, or nobody is to be asked.
    """
    if ground.given.gate == "auto":
        raise Ended(block.category, block.message)
    said = block.blockers()
    told = {"kind": "blocked", "run": ground.context.run_id, "base": ground.base, "round": round_number}
    key = f"blocked-r{round_number}"
    owned = "\n".join(f"{task.id}: {', '.join(task.owned)}" for task in ground.tasks)
    card = Card(
        key=key,
        kind="gate",
        title=f"{_count(said, 'thing')} left before any review",
        body=f"No reviewer saw the candidate of round {round_number} of {ground.ceiling}. It cannot land like this.",
        subject=f"round {round_number}",
        fields=(Field("feedback", "what has to change", is_optional=True),),
        decisions=("add_round", "stop"),
        digest=digest({**told, "blockers": [*said], "patch": fingerprint(ground.patch)}),
        details=tuple(
            (label, words)
            for label, words in (
                ("blockers", "\n".join(said)),
                ("tasks", owned),
                ("base", ground.base),
                ("round", f"{round_number}/{ground.ceiling}"),
                ("patch", ground.patch.decode("utf-8", "replace")),
            )
            if words
        ),
    )
    value = await decided(ground.context, card, "gate")
    if text(value, "verdict") != "add_round":
        raise Ended(block.category, block.message)
    ground.ceiling += 1
    return "\n".join(picked(value, "feedback")) or text(value, "reason")


async def _at_the_gate(ground: Ground, round_number: int, reviewed: Reviewed) -> Step:
    candidate = candidate_of(ground, round_number, reviewed)
    risk = risk_of(reviewed.patch, ground.files, reviewed.verdict.risks)
    policy = ground.given.gate
    if reviewed.verdict.is_ready and (policy == "auto" or (policy == "ask-on-risk" and not risk)):
        return await _by_policy(ground, candidate, f"gate {policy}")
    return await _by_person(ground, candidate, reviewed, risk)


def candidate_of(ground: Ground, round_number: int, reviewed: Reviewed) -> Candidate:
    """What is decided about."""
    return Candidate(
        run_id=ground.context.run_id,
        patch=reviewed.patch,
        base=ground.base,
        round=round_number,
        blockers=tuple(blocker.text for blocker in reviewed.blockers),
    )


async def _by_policy(ground: Ground, candidate: Candidate, policy: str) -> Step:
    context = ground.context
    by = context.spec.started_by

    async def approve() -> Value:
        approval = approve_by_policy(context.state, candidate, policy, by)
        return {"verdict": "approve", "values": {}, "by": approval.by, "digest": approval.digest}

    key = f"gate-r{candidate.round}"
    value = await context.steps.step(key, "gate", fingerprint(candidate.digest, policy), approve)
    said = text(value, "by") or policy
    told: dict[str, object] = {"type": "decision", "question_id": key, "digest": candidate.digest, "verdict": "approve"}
    context.emit_once({**told, "by": said, "policy": policy}, f"round {candidate.round} approved by policy: {policy}")
    return Step(Next.LAND, candidate=candidate, approval=Approval(text(value, "digest"), said))


async def _by_person(ground: Ground, candidate: Candidate, reviewed: Reviewed, risk: str) -> Step:
    note, count, blockers = "", 0, reviewed.blockers
    while True:
        count += 1
        value = await _asked(ground, candidate, reviewed, risk, note, count)
        by, words = text(value, "by"), "\n".join(picked(value, "feedback")) or text(value, "reason")
        struck = _struck(reviewed.blockers, picked(value, "overrule"))
        blockers = _overrule(ground, blockers, struck, by)
        left = [blocker for blocker in blockers if blocker.fate is not Fate.OVERRULED]
        match text(value, "verdict"):
            case "approve" if not left:
                _tell_overruled_gate(ground, reviewed, [blocker.text for blocker in blockers])
                return Step(Next.LAND, blockers, candidate=candidate, approval=Approval(text(value, "digest"), by))
            case "approve":
                plural = "blocker is" if len(left) == 1 else "blockers are"
                note = f"{len(left)} {plural} neither repaired nor overruled, so it cannot land like this."
            case "reject":
                ground.ceiling += candidate.round >= ground.ceiling
                return Step(Next.REPAIR, blockers, words)
            case "add_round":
                ground.ceiling += candidate.round >= ground.ceiling
                return Step(Next.REPAIR if left or words else Next.REVIEW, blockers, words)
            case _:
                if reviewed.verdict.is_ready:
                    raise Ended(_STOPPED, words or "you stopped it at the gate; nothing landed")
                raise Ended


async def _asked(ground: Ground, candidate: Candidate, reviewed: Reviewed, risk: str, note: str, count: int) -> Value:
    """Ask for the ``count``-th time."""
    key = f"gate-r{candidate.round}" + (f"-{count}" if count > 1 else "")
    files, verdict = ground.files, reviewed.verdict
    said = f"{_count(files, 'file')} of {_count(ground.candidates, 'task')}"
    is_ready = verdict.is_ready
    title = f"land {said}?" if is_ready else f"{_count(reviewed.blockers, 'blocker')} left"
    body = (
        f"Every reviewer approved in round {candidate.round} of {ground.ceiling}."
        if is_ready
        else f"Rejected in round {candidate.round} of {ground.ceiling}. It lands only with every blocker overruled."
    )
    fields = [Field("feedback", "what has to change", is_optional=True)]
    if reviewed.blockers:
        choices = tuple(Choice(label, blocker.text) for label, blocker in _labels(reviewed.blockers))
        fields.append(Field("overrule", "blockers you overrule", choices, is_optional=True, takes_several=True))
    tasks = "\n".join(f"{task}: {', '.join(done.files)}" for task, done in ground.candidates.items())
    reviews = "\n".join(f"{one.reviewer}: {one.decision}. {one.summary}".strip() for one in reviewed.reviews)
    details = [
        ("tasks", tasks),
        ("reviews", reviews),
        ("blockers", "\n".join(blocker.text for blocker in reviewed.blockers)),
        ("risks", "\n".join(verdict.risks)),
        ("base", candidate.base),
        ("round", f"{candidate.round}/{ground.ceiling}"),
        ("patch", reviewed.patch.decode("utf-8", "replace")),
    ]
    card = Card(
        key=key,
        kind="gate",
        title=title,
        body=f"{note} {body}".strip(),
        subject=f"round {candidate.round}",
        fields=tuple(fields),
        decisions=_DECISIONS,
        digest=candidate.digest,
        details=tuple((label, words) for label, words in details if words),
        risk=risk or None,
    )
    return await decided(ground.context, card, "gate")


def _labels(blockers: Sequence[Blocker]) -> list[tuple[str, Blocker]]:
    """Each blocker under a name that is one short line, and no other's."""
    return [(one_line(f"{number}. {blocker.text}", 160), blocker) for number, blocker in enumerate(blockers, 1)]


def _struck(blockers: Sequence[Blocker], names: Sequence[str]) -> tuple[str, ...]:
    """Texts of the blockers that a person named, by label, number or whole text."""
    wanted = {name.strip() for name in names}
    return tuple(
        blocker.text
        for label, blocker in _labels(blockers)
        if wanted & {label, label.partition(".")[0], blocker.text.strip()}
    )


def _overrule(ground: Ground, blockers: Sequence[Blocker], struck: Sequence[str], by: str) -> tuple[Blocker, ...]:
    """Write down who overruled what, before anything follows from it."""
    context = ground.context
    found: list[Blocker] = []
    for number, blocker in enumerate(blockers, 1):
        if blocker.text not in struck or blocker.fate is Fate.OVERRULED:
            found.append(blocker)
            continue
        event: dict[str, object] = {"type": "blocker_overruled", **blocker.as_json(), "by": by}
        if context.is_news(event):
            audit.record(
                context.state,
                audit.Entry(
                    who=by or "unknown",
                    command="overrule",
                    address=str(context.address),
                    digest=fingerprint(blocker.text),
                    verdict="overrule",
                    outcome="accepted",
                    question=f"r{blocker.round} b{number}",
                    reason=blocker.text,
                ),
            )
        context.emit_once(event, f"blocker overruled: {blocker.text}")
        found.append(replace(blocker, fate=Fate.OVERRULED))
    return tuple(found)


def _tell_overruled_gate(ground: Ground, reviewed: Reviewed, struck: Sequence[str]) -> None:
    """What lands was approved, by reviewers or over them."""
    if struck and ground.gate is not None:
        left = aggregate(overruled(reviewed.reviews, struck))
        ground.gate = {**ground.gate, "decision": "approve", "applyReady": True, "blockers": [*left.blockers]}


def _count(of: Sized, noun: str) -> str:
    return f"{len(of)} {noun}{'' if len(of) == 1 else 's'}"
