"""Landing, as a part of the workflow: the approved candidate goes into the user's tree, and the journal says how.

Where the tree does not take it any more, people are asked again, if they are asked at all.
"""

from __future__ import annotations

from odw_core.engines.loose import flag, objects, text
from odw_core.errors import OdwError, no_room
from odw_core.runs.landed import pictures_of
from odw_core.runs.landing import Approval, Candidate, Landing
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.parallel_review_apply.barred import ask_barred
from odw_core.workflows.parallel_review_apply.deciding import Step
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground
from odw_core.workflows.parallel_review_apply.outcome import landed_value

_LABEL = "land"


def landing_of(ground: Ground) -> Landing:
    """What lands for this run."""
    context = ground.context
    return Landing(
        run_id=context.run_id,
        folder=context.folder,
        state=context.state,
        git=ground.git,
        blobs=context.blobs,
        emit=context.emit_durably,
        told=context.told,
    )


async def take_up(ground: Ground, landing: Landing) -> None:
    """Finish or take back what a killed supervisor left. Raises ``Ended`` when that cannot be."""
    left = await landing.resume()
    if left is not None and not left.ok and not _is_barred(ground, landing, left.value):
        ground.landed = left.value
        _check_landed(left.value)


async def land(ground: Ground, landing: Landing, step: Step) -> Step:
    """Land what was approved: the step that landed, or the way on that a person chose once it could not land.

    Raises ``Ended`` when it did not land and nothing more is done about that.
    """
    count = 0
    while True:
        assert step.candidate is not None
        assert step.approval is not None
        value = ground.landed = await _land(ground, landing, step.candidate, step.approval)
        if not _is_barred(ground, landing, value):
            _tell(ground, value)
            _check_landed(value)
            return step
        ground.log(f"not landed: {_why(value)}")
        count += 1
        step = await ask_barred(ground, step, pictures_of(value), _why(value), count)
        if step.candidate is None:
            return step


def _is_barred(ground: Ground, landing: Landing, value: Value) -> bool:
    """Whether nothing of it is in the tree, because of what a person did there, and a person is asked about that."""
    is_conflict = flag(value, "ok") is not True and text(value, "category") == "patch_conflict"
    is_whole = flag(value, "partial") is not True and not landing.is_under_way
    return is_conflict and is_whole and bool(pictures_of(value)) and ground.given.gate != "auto"


async def _land(ground: Ground, landing: Landing, candidate: Candidate, approval: Approval) -> Value:
    """``landed`` of the result. A landing that went wrong is in the value."""
    ground.phase("Land", f"{len(ground.candidates)} patches, approved by {approval.by or 'nobody named'}")

    async def work() -> Value:
        landed = await landing.land(candidate, approval, ground.expected)
        trouble = OdwError(landed.error.split("; ")[0].split(". ")[0])
        if not landed.ok and no_room(trouble):
            # Approved, and nothing of it is done: it lands when there is room again.
            raise trouble
        return landed_value(landed.value, [done.files for done in ground.candidates.values()])

    return await ground.context.steps.step(_LABEL, "land", fingerprint(candidate.digest), work)


def _check_landed(value: Value) -> None:
    """Raises ``Ended`` when nothing landed."""
    if flag(value, "ok") is not True:
        raise Ended(text(value, "category") or "landing_failed", _why(value) or "it could not be landed")


def _why(value: Value) -> str:
    return next((text(one, "error") for one in objects(value, "results") if text(one, "error")), "")


def _tell(ground: Ground, value: Value) -> None:
    """One line a patch, as upstream does."""
    ok = flag(value, "ok") is True
    for number, done in enumerate(ground.candidates.values(), 1):
        event: dict[str, object] = {"type": "worktree_patch_apply", "label": f"{_LABEL}-{number}", "ok": ok}
        event |= {"applied": ok, "files": len(done.files)}
        if not ok:
            event |= {"category": text(value, "category"), "message": _why(value)[:240]}
        ground.context.emit_once(event, f"{done.key}: {'landed' if ok else 'not landed'}")
