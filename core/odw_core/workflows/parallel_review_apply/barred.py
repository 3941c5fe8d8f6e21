"""Barred: an approved candidate that the tree does not take, since a person changed its files meanwhile.

Asks them again; their files stay as they are, and a round that follows begins from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import unified_diff

from odw_core.engines.loose import text
from odw_core.engines.odw.names import STOPPED_BY_OWNER
from odw_core.errors import OdwError
from odw_core.model.question import Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.runs.landed import Candidate, Picture, Version
from odw_core.runs.landing import Approval
from odw_core.runs.overlaying import overlaid
from odw_core.runs.steps import Value, fingerprint
from odw_core.runs.tree import CONTENT
from odw_core.text.ansi import one_line
from odw_core.workflows.parallel_review_apply.deciding import Next, Step
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.risk import risk_of

_NAMED = 3
_SHOWN_BYTES = 1 << 20


async def ask_barred(ground: Ground, step: Step, pictures: Sequence[Picture], why: str, count: int) -> Step:
    """Put the gate of this candidate before a person again, for the ``count``-th time: how it goes on.

    With a candidate it is approved anew, without one its round is repaired. Raises ``Ended`` when they stop the run.
    """
    assert step.candidate is not None
    found = [(one.path, f"{one.found.mode} {one.found.digest}") for one in pictures]
    candidate = replace(step.candidate, more=(("asked again", str(count)), *found))
    value = await _asked(ground, candidate, pictures, why, count)
    by, words = text(value, "by"), "\n".join(picked(value, "feedback")) or text(value, "reason")
    match text(value, "verdict"):
        case "approve":
            return replace(step, candidate=candidate, approval=Approval(text(value, "digest"), by))
        case "reject" | "add_round":
            ground.ceiling += candidate.round >= ground.ceiling
            return await _onto_theirs(ground, step, candidate, pictures, words)
        case _:
            raise Ended(STOPPED_BY_OWNER, words or "you stopped it at the gate; nothing landed")


async def _asked(ground: Ground, candidate: Candidate, pictures: Sequence[Picture], why: str, count: int) -> Value:
    paths = [one_line(one.path, 200) for one in pictures]
    named = ", ".join(paths[:_NAMED]) + (f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else "")
    # Nobody can begin from what is no file.
    can_repair = all(one.found.mode in (*CONTENT, "") for one in pictures)
    body = f"It was approved in round {candidate.round} and did not land: {why} Nothing of yours was touched. "
    body += "Approve lands it if it fits by then"
    body += "; another round begins from your files as they are now." if can_repair else "."
    key = f"gate-r{candidate.round}-barred-{count}"
    details = [
        ("in the way", "\n".join(one_line(one.reason, 400) for one in pictures)),
        ("your changes", changes(ground, pictures)),
        ("tasks", "\n".join(f"{task}: {', '.join(done.files)}" for task, done in ground.candidates.items())),
        ("base", candidate.base),
        ("round", f"{candidate.round}/{ground.ceiling}"),
        ("patch", candidate.patch.decode("utf-8", "replace")),
    ]
    card = Card(
        key=key,
        kind="gate",
        title=f"{named} changed meanwhile: land again?",
        body=body,
        subject=f"round {candidate.round}",
        fields=(Field("feedback", "what has to change", is_optional=True),),
        decisions=("approve", "reject", "add_round", "stop") if can_repair else ("approve", "stop"),
        digest=candidate.digest,
        details=tuple((label, words) for label, words in details if words),
        risk=risk_of(candidate.patch, ground.files, ()) or None,
    )
    return await decided(ground.context, card, "gate")


async def _onto_theirs(
    ground: Ground, step: Step, candidate: Candidate, pictures: Sequence[Picture], words: str
) -> Step:
    """From now on work begins at the base with the person's own files in it, so that what lands lands upon them."""
    found = {one.path: one.found for one in pictures}

    async def lay() -> Value:
        base = await overlaid(ground.git, candidate.base, found, ground.context.blob)
        # A run may wait for a person longer than git keeps what nothing leads to.
        await ground.context.hold_commit(ground.git, base)
        return {"base": base}

    told = fingerprint(candidate.digest)
    value = await ground.context.steps.step(f"base-r{candidate.round}", "checkpoint", told, lay)
    ground.begin_at(text(value, "base"))
    barred = tuple(task for task, done in ground.candidates.items() if not found.keys().isdisjoint(done.files))
    return Step(Next.REPAIR, step.blockers, words, tasks=barred, meanwhile=changes(ground, pictures))


def changes(ground: Ground, pictures: Sequence[Picture]) -> str:
    """What the person did to each file, as a diff; a sentence where it is no text."""
    return "\n".join(_change(ground, one) for one in pictures)


def _change(ground: Ground, picture: Picture) -> str:
    try:
        before, found = (_lines(ground, one) for one in (picture.before, picture.found))
    except (OdwError, UnicodeDecodeError):
        return picture.reason
    names = [f"{side}/{picture.path}" if one.mode else "/dev/null" for side, one in _sides(picture)]
    return "\n".join(unified_diff(before, found, names[0], names[1], lineterm="")) or picture.reason


def _sides(picture: Picture) -> tuple[tuple[str, Version], tuple[str, Version]]:
    return ("a", picture.before), ("b", picture.found)


def _lines(ground: Ground, version: Version) -> list[str]:
    data = ground.context.blob(version.blob) if version.blob else b""
    if len(data) > _SHOWN_BYTES:
        raise OdwError("It is too long to be shown.")
    return data.decode("utf-8").splitlines()
