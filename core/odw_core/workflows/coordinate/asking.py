"""Asking: what keeps plans from agreeing, put before a person: a card for each question, one card for all the rest."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odw_core.decide.digest import digest
from odw_core.engines.loose import Json, flag, objects, text, text_or_none
from odw_core.model.question import Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.coordinate.decision import Reason, reason_of, reason_value
from odw_core.workflows.coordinate.ground import Ground, Stopped
from odw_core.workflows.coordinate.issues import Issue
from odw_core.workflows.coordinate.repo_plan import as_text
from odw_core.workflows.coordinate.rounds import Answer, Round

LOOK_AGAIN, ACCEPT, STOP = "look_again", "accept", "stop"
_SIDES = 8
"""Places of one contract that a card tells."""
_KINDS = {
    "failed": "plans that failed",
    "fallback": "no agent answered",
    "missing_repo": "missing repositories",
    "no_plan": "repositories without a plan",
    "empty_split": "no usable split",
    "contract_issue": "contracts that do not fit",
}
_CHOICES = (
    "A new look reads the repositories anew and asks planners that gave no answer once more; accepted, what stands "
    "here counts as it is."
)


@dataclass(frozen=True, slots=True)
class Said:
    """What people said in one pause."""

    answers: tuple[Answer, ...] = ()
    accepted: tuple[Reason, ...] = ()
    looks_again: bool = False
    """Whether the repositories are to be looked at anew, and planners that gave no answer asked once more."""
    by: str = ""
    """Who decided what is no question."""


async def ask_people(ground: Ground, last: Round, why: str) -> Said:
    """Put everything that stands against an agreement before a person and wait. Raises ``Stopped``.

    What they said is one step: after a resume it is the same, in whatever order the cards were decided.
    """
    ground.pauses += 1
    key = f"pause-{ground.pauses}"
    reasons = [reason_value(one) for one in last.decision.reasons]

    async def work() -> Value:
        return await _asked(ground, key, last, why)

    told = fingerprint(ground.context.run_id, last.number, reasons)
    value = await ground.context.steps.step(key, "ask", told, work)
    if flag(value, "is_stopped"):
        raise Stopped(
            f"you stopped it after round {last.number}: {_named(_first(last.decision.reasons), ground.bases)}"
        )
    return Said(
        tuple(_answer(one) for one in objects(value, "answers")),
        tuple(reason_of(one) for one in objects(value, "accepted")),
        flag(value, "looks_again") is True,
        text(value, "by"),
    )


async def _asked(ground: Ground, key: str, last: Round, why: str) -> Value:
    asked = [one for one in last.decision.reasons if one.is_question]
    others = [one for one in last.decision.reasons if not one.is_question]
    said: dict[asyncio.Task[Value], Reason] = {}
    async with asyncio.TaskGroup() as group:
        # First, so that it is what a row says: why agents failed comes before what others ask.
        card = group.create_task(_put(ground, f"{key}-rest", last, others, why)) if others else None
        for number, one in enumerate(asked, 1):
            said[group.create_task(_ask(ground, f"{key}-q{number}", last, one))] = one
        waiting: set[asyncio.Task[Value]] = {*said, *([card] if card is not None else [])}
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if card in done and card is not None and text(card.result(), "verdict") in (STOP, LOOK_AGAIN):
                # Whoever stops it or wants a new look need not answer first.
                for task in waiting:
                    task.cancel()
                break
    answers = [_answered(one, task.result()) for task, one in said.items() if not task.cancelled()]
    value = card.result() if card is not None else {}
    verdict = text(value, "verdict")
    return {
        "answers": answers,
        "accepted": [reason_value(one) for one in others] if verdict == ACCEPT else [],
        "looks_again": verdict == LOOK_AGAIN,
        "is_stopped": verdict == STOP,
        "by": text(value, "by"),
    }


async def _ask(ground: Ground, key: str, last: Round, reason: Reason) -> Value:
    """A question of a plan or of the split."""
    who = ground.bases[reason.repo] if reason.repo else "the split"
    deciding = {"kind": "question", "run": ground.context.run_id, "key": key, "round": last.number}
    flaw = ground.flaws.get(reason.repo or "", "")
    card = Card(
        key=key,
        kind="question",
        title=reason.text,
        body=f"{flaw}\n\n{reason.text}" if flaw else reason.text,
        subject=who,
        fields=(Field("answer", "your answer"),),
        decisions=("answer",),
        digest=digest({**deciding, **reason_value(reason)}),
        details=_plan_of(last, reason.repo),
    )
    return await decided(ground.context, card)


def _answered(reason: Reason, value: Value) -> Value:
    words = "; ".join(picked(value, "answer")) or text(value, "reason")
    return {"question": reason.text, "repo": reason.repo, "text": words, "by": text(value, "by")}


async def _put(ground: Ground, key: str, last: Round, reasons: Sequence[Reason], why: str) -> Value:
    """What is no question: looked at again, accepted, or the end of the run."""
    deciding = {"kind": "coordination", "run": ground.context.run_id, "key": key, "round": last.number}
    card = Card(
        key=key,
        kind="coordination",
        title=_named(_first(reasons), ground.bases),
        body="\n".join(
            (*_listed(reasons, last.analysis.issues, ground.bases), "", *_flaws(ground), f"{_sentence(why)} {_CHOICES}")
        ),
        subject=f"round {last.number}",
        decisions=(LOOK_AGAIN, ACCEPT, STOP),
        digest=digest({**deciding, "reasons": [reason_value(one) for one in reasons]}),
    )
    return await decided(ground.context, card)


def _first(reasons: Sequence[Reason]) -> str:
    """The reason that stands first, and how many there are: a cause of failed agents before everything else."""
    if not reasons:
        return "nothing stands against it"
    same = [one for one in reasons if (one.kind, one.text) == (reasons[0].kind, reasons[0].text)]
    where = ", ".join(one.repo.rpartition("/")[2] for one in same if one.repo)
    left = len(reasons) - len(same)
    more = f", and {left} more" if left else ""
    what = f"{_KINDS[reasons[0].kind]}: " if reasons[0].kind in ("missing_repo", "no_plan") else ""
    return f"{what}{reasons[0].text}{f' ({where})' if where else ''}{more}"


def _grouped(reasons: Sequence[Reason]) -> list[tuple[str, list[Reason]]]:
    found: dict[str, list[Reason]] = {}
    for one in reasons:
        found.setdefault(_KINDS.get(one.kind, one.kind), []).append(one)
    return [*found.items()]


def _listed(reasons: Sequence[Reason], issues: Sequence[Issue], bases: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for title, listed in _grouped(reasons):
        lines.append(f"{title}:")
        for one in listed:
            lines += [f"- {_named(_told(one), bases)}", *(_named(where, bases) for where in _where(one, issues))]
    return lines


def _where(reason: Reason, issues: Sequence[Issue]) -> list[str]:
    """Both sides of a contract that does not fit, so that nobody has to look for them before they decide."""
    found = next((one for one in issues if reason.kind == "contract_issue" and one.text == reason.text), None)
    if found is None:
        return []
    declared = "declared" if found.kind == "drift" else "nearest declared"
    sides = [(declared, side) for side in found.declared] + [("used", side) for side in found.consumed]
    return [
        f"    {title}: {side.repo}/{side.path}:{side.line}  {side.text.strip()}".rstrip()
        for title, side in sides[:_SIDES]
    ] + ([f"    and {len(sides) - _SIDES} more places"] if len(sides) > _SIDES else [])


def _told(reason: Reason) -> str:
    return f"{reason.repo}: {reason.text}" if reason.repo else reason.text


def _named(said: str, bases: Mapping[str, str]) -> str:
    """Repositories as people call them: each is named by where it lies in what planners and files are told."""
    either = "|".join(map(re.escape, sorted(bases, key=len, reverse=True)))
    return re.sub(rf"(?<![\w/.-])(?:{either})(?![\w-]|\.\w)", lambda one: bases[one[0]], said) if either else said


def _flaws(ground: Ground) -> list[str]:
    return [f"{ground.bases[repo]} answered, but {flaw}" for repo, flaw in ground.flaws.items()]


def _sentence(why: str) -> str:
    # What it says behind the colon stands above it already.
    said = why.partition(": ")[0]
    return f"{said[:1].upper()}{said[1:].rstrip('.')}." if said else ""


def _plan_of(last: Round, repo: str | None) -> tuple[tuple[str, str], ...]:
    plan = last.plan(repo) if repo is not None else None
    return (("plan", as_text(plan)),) if plan is not None else ()


def _answer(value: Json) -> Answer:
    return Answer(text(value, "question"), text(value, "text"), text_or_none(value, "repo"), text(value, "by"))
