"""What stands against a run of several agents before it is one: repository, agent, and the rules that tasks must keep.

Looks with git into a folder where somebody is about to start a run, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.agents.playable import script_check
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import counted, some_of
from odw_core.errors import OdwError
from odw_core.model.workflow import REVIEW_APPLY
from odw_core.runs.workflow import parsed_input

if TYPE_CHECKING:
    from odw_core.git.repo import Dirty
    from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput

_NAMED = 5


async def work_checks(given: Mapping[str, object], folder: str, state: Path | None) -> tuple[Check, ...]:
    """The repository, who works, and P1 to P6 as far as the tasks are known. ``state`` is where our runs are kept."""
    from odw_core.git.repo import dirty, open_repo
    from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput

    wanted = parsed_input(REVIEW_APPLY, given, ReviewApplyInput)
    if wanted is None:
        # What is wrong with it is said already.
        return ()
    found = [script_check(folder, wanted.script or "")] if wanted.agent == "scripted" else []
    try:
        git = await open_repo(wanted.repo or folder)
        changed = await dirty(git)
    except OdwError as error:
        return (*found, Check("repository", "repository", Level.FAIL, str(error)))
    return (*found, _changes(changed), *await _tasks(wanted, changed, str(git.root), state))


def _changes(changed: Sequence[Dirty]) -> Check:
    if not changed:
        return Check("changes", "changes", Level.PASS, "Everything is committed.")
    named = some_of([one.path for one in changed], _NAMED)
    return Check("changes", "changes", Level.INFO, f"Not committed, and not touched: {named}.")


async def _tasks(
    wanted: ReviewApplyInput, changed: Sequence[Dirty], root: str, state: Path | None
) -> tuple[Check, ...]:
    from odw_core.workflows.parallel_review_apply.given import given_tasks
    from odw_core.workflows.parallel_review_apply.preflight import preflight

    tasks = given_tasks(wanted)
    if not tasks:
        return (Check("tasks", "tasks", Level.INFO, "A planner makes the tasks; they are checked before any starts."),)
    trouble = preflight(tasks, [one.path for one in changed], wanted)
    if trouble is None:
        return (Check("tasks", "tasks", Level.PASS, f"{counted(len(tasks), 'task')}, each with files of its own."),)
    if trouble.category == "dirty_task_files" and state is not None:
        from odw_core.runs.committing import offer_of

        if (run := await offer_of(state, root, trouble.items)) is not None:
            # The run itself offers the commit, so it may start.
            offers = wanted.gate != "auto"
            said = f"{', '.join(trouble.items[:_NAMED])}: only what odw:{run} landed, not committed yet."
            fix = "The run offers to commit it first." if offers else f"Commit it: odw-tui commit odw:{run} --yes"
            return (Check(trouble.category, "tasks", Level.WARN if offers else Level.FAIL, said, fix),)
    return (Check(trouble.category, "tasks", Level.FAIL, f"{trouble.category}: {trouble.message}"),)
