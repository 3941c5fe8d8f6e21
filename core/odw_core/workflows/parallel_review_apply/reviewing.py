"""Reviewing: the combined candidate in a throw-away worktree, before the eyes of every reviewer at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import NamedTuple

from odw_core.agents.base import AgentResult
from odw_core.agents.work import Done, Unusable, Work
from odw_core.engines.loose import mapping, text
from odw_core.git.patch import PatchTrouble, apply, check
from odw_core.runs.steps import fingerprint
from odw_core.workflows.parallel_review_apply.blocker import Blocker, blockers_of
from odw_core.workflows.parallel_review_apply.ground import Ground
from odw_core.workflows.parallel_review_apply.outcome import blocked_gate_value, gate_event, gate_value, review_step
from odw_core.workflows.parallel_review_apply.preflight import Trouble
from odw_core.workflows.parallel_review_apply.prompts import DIFF_CHARS, review_prompt
from odw_core.workflows.parallel_review_apply.review import (
    REVIEW_SCHEMA,
    Review,
    Verdict,
    aggregate,
    failed_review,
    parse_review,
    preflight_review,
)
from odw_core.workflows.parallel_review_apply.rounds import attempts, review_key, review_label


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a round of review came to."""

    reviews: tuple[Review, ...]
    verdict: Verdict
    blockers: tuple[Blocker, ...]
    patch: bytes
    """The candidate that was reviewed, as it would land."""


class _Seen(NamedTuple):
    """What every reviewer of a round looks at."""

    round: int
    patch: bytes
    earlier: Sequence[Blocker]


async def review(ground: Ground, round_number: int, earlier: Sequence[Blocker]) -> Reviewed:
    """Let everybody look at the candidate. A candidate that does not apply is rejected before."""
    ground.phase("Review", f"round {round_number}/{ground.ceiling}")
    ground.log(f"candidate files={'|'.join(ground.files)}")
    label, patch = review_label(round_number), ground.patch
    context = ground.context
    told: dict[str, object] = {"type": "worktree_review_workspace", "label": label, "files": len(ground.files)}
    path = ground.trees.path(label)
    seen = _Seen(round_number, patch, earlier)
    works = [_work(ground, name, seen) for name in ground.given.reviewers]
    trouble: Trouble | None
    async with AsyncExitStack() as stack:
        context.emit_once({**told, "status": "start", "dir": str(path)}, f"{label}: candidate put together")
        trouble = await _prepared(ground, label, patch, works, stack)
        if trouble is None:
            done = await ground.crew.all(label, "Review", works)
            reviews = tuple(_review(one, name) for one, name in zip(done, ground.given.reviewers, strict=True))
            ground.gate = gate_value(reviews, ground.files)
        else:
            reviews = (preflight_review(trouble.category, trouble.message),)
            ground.gate = blocked_gate_value(trouble, ground.files)
        event = {"type": "worktree_review_gate", **gate_event(ground.gate, label)}
        verdict = aggregate(reviews)
        context.emit_once(event, f"{label}: {verdict.decision}")
    context.emit_once({**told, "status": "done"}, f"{label}: candidate taken away")
    blockers = blockers_of(reviews, ground.tasks, ground.diffs, round_number)
    if blockers:
        # Upstream's gate has plain strings: what was read off each of them stands beside it.
        found = [blocker.as_json() for blocker in blockers]
        context.emit_once({"type": "blockers", "label": label, "round": round_number, "blockers": found})
    ground.history.append(review_step(reviews, ground.files, round_number))
    return Reviewed(reviews, verdict, blockers, patch)


async def _prepared(
    ground: Ground, label: str, patch: bytes, works: Sequence[Work], stack: AsyncExitStack
) -> Trouble | None:
    """Put the candidate into a worktree, unless nobody has to look at it any more."""
    key, print_ = f"candidate-{label}", fingerprint(ground.base, patch)
    known = ground.context.steps.result(key, print_)
    tree = None
    if known is None or (not mapping(known, "trouble") and not all(map(ground.crew.is_finished, works))):
        tree = await stack.enter_async_context(ground.trees.opened(label, ground.base))

    async def look() -> dict[str, object]:
        assert tree is not None
        found = await check(tree, patch)
        return {"trouble": _plain(found) if found is not None else None}

    said = mapping(await ground.context.steps.step(key, "worktree", print_, look), "trouble")
    if said:
        items = (text(said, "path"),) if text(said, "path") else ()
        return Trouble(text(said, "category"), text(said, "message"), items)
    if tree is not None:
        await apply(tree, patch)
    return None


def _plain(found: PatchTrouble) -> dict[str, object]:
    return asdict(found)


def _work(ground: Ground, name: str, seen: _Seen) -> Work:
    given = ground.given
    diff = seen.patch.decode("utf-8", "replace")

    def prompt(issues: Sequence[str] = ()) -> str:
        return review_prompt(
            name,
            ground.tasks,
            ground.shared,
            diff[:DIFF_CHARS],
            files=ground.files,
            round_number=seen.round,
            earlier=seen.earlier,
            issues=issues,
        )

    return Work(
        key=review_key(name, seen.round),
        label=name,
        phase="Review",
        role="reviewer",
        who=f"reviewer {name}",
        prompt=prompt(),
        base=ground.base,
        cwd=ground.trees.path(review_label(seen.round)),
        schema=REVIEW_SCHEMA,
        read=lambda result: _read(result, name),
        again=prompt,
        about=(seen.patch,),
        sandbox="read-only",
        model=given.model,
        effort=given.effort,
        round=seen.round,
        attempts=attempts(given.reviewer_attempts),
        deadline_s=given.deadline_s,
    )


def _read(result: AgentResult, reviewer: str) -> object:
    found = parse_review(result.value if result.value is not None else result.text, reviewer)
    if found.is_failed:
        raise Unusable(*(found.blockers or ("it is no review",)))
    kept = asdict(found)
    del kept["is_failed"]
    return kept


def _review(done: Done, reviewer: str) -> Review:
    if not done.ok:
        return failed_review(reviewer, done.message or "the reviewer failed and said nothing")
    return parse_review(done.value, reviewer)
