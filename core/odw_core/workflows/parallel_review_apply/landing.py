"""Landing, as a part of the workflow: the approved candidate goes into the user's tree, and the journal says how."""

from __future__ import annotations

from odw_core.engines.loose import flag, objects, text
from odw_core.runs.landing import Approval, Candidate, Landing
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground

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


async def land(ground: Ground, landing: Landing, candidate: Candidate, approval: Approval) -> Value:
    """Land it; ``landed`` of the result. A landing that went wrong is in the value."""
    ground.phase("Land", f"{len(ground.candidates)} patches, approved by {approval.by or 'nobody named'}")

    async def work() -> Value:
        return (await landing.land(candidate, approval, ground.expected)).value

    value = await ground.context.steps.step(_LABEL, "land", fingerprint(candidate.digest), work)
    _tell(ground, value)
    return value


def check_landed(value: Value) -> None:
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
