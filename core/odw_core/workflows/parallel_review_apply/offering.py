"""Offering a commit: files that hold only what an earlier run landed are committed first, if a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from odw_core.decide.digest import digest
from odw_core.engines.loose import text, texts
from odw_core.git.repo import head
from odw_core.model.question import Field
from odw_core.runs.cards import Card, decided, picked
from odw_core.runs.committing import commit, draft_message, offer_of
from odw_core.runs.past import landed_by
from odw_core.runs.steps import Value, fingerprint
from odw_core.workflows.parallel_review_apply.ground import Ended, Ground

CATEGORY = "dirty_task_files"


async def is_committed(ground: Ground, error: Mapping[str, object]) -> bool:
    """Whether what was in the way is committed now, so that the run can be checked again, from a new base.

    False when it is anything else than an earlier landing. Raises ``Ended`` when the person stops the run, and when
    nobody may be asked.
    """
    context = ground.context
    if text(error, "category") != CATEGORY:
        return False
    items = tuple(texts(error, "items"))

    async def look() -> Value:
        return {"run": await offer_of(context.state, str(ground.git.root), items) or ""}

    of_run = fingerprint(context.run_id, [*items])
    run_id = text(await context.steps.step("landed-before", "checkpoint", of_run, look), "run")
    if not run_id:
        return False
    if ground.given.gate == "auto":
        verb = "holds" if len(items) == 1 else "hold"
        said = f"{', '.join(items)} {verb} only what odw:{run_id} landed, and worktrees begin at HEAD"
        raise Ended(error={**error, "message": f"{said}; odw-tui commit odw:{run_id} commits it."})
    value = await _asked(ground, run_id, items)
    if text(value, "verdict") != "approve":
        raise Ended("stopped_by_owner", "you stopped it before it started; nothing was committed")
    message, branch = "\n".join(picked(value, "message")), "".join(picked(value, "branch"))

    async def put() -> Value:
        work = landed_by(context.state, run_id)
        if work is not None and work.commit:
            return {"commit": work.commit}
        done = await commit(context.state, run_id, message=message, branch=branch or None, by=text(value, "by"))
        return {"commit": done.commit}

    await context.steps.step("commit-before", "commit", of_run, put)

    async def stand() -> Value:
        return {"base": await head(ground.git)}

    ground.base = text(await context.steps.step("base-after", "checkpoint", of_run, stand), "base")
    ground.shared = replace(ground.shared, base=ground.base)
    return True


async def _asked(ground: Ground, run_id: str, items: tuple[str, ...]) -> Value:
    work = landed_by(ground.context.state, run_id)
    message = draft_message(work) if work is not None else ""
    count = f"{len(items)} {'file' if len(items) == 1 else 'files'}"
    deciding = {"kind": "commit", "run": ground.context.run_id, "of": run_id, "base": ground.base, "files": [*items]}
    card = Card(
        key="commit-before",
        kind="commit",
        title=f"commit what an earlier run landed in {count}?",
        body=f"These tasks need files that hold only what odw:{run_id} landed. Worktrees begin at HEAD, so it goes "
        "there first; everything else in the tree stays as it is.",
        subject="preflight",
        fields=(
            Field("message", "message", is_optional=True, default=message),
            Field("branch", "new branch; the present one when left empty", is_optional=True),
        ),
        decisions=("approve", "stop"),
        digest=digest(deciding),
        details=tuple(("file", path) for path in items),
    )
    return await decided(ground.context, card)
