"""What stands against a run of several agents before it is one: repository, agent, and the rules that tasks must keep.

Looks with git into a folder where somebody is about to start a run, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import OdwError
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.text.ansi import one_line

if TYPE_CHECKING:
    from odw_core.git.repo import Dirty
    from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput

NAME = "parallel-review-apply"
_NAMED = 5


async def work_checks(given: Mapping[str, object], folder: str, state: Path | None) -> tuple[Check, ...]:
    """The repository, who works, and P1 to P6 as far as the tasks are known. ``state`` is where our runs are kept."""
    from odw_core.git.repo import dirty, open_repo

    try:
        workflow = load_workflow(NAME)
        wanted: ReviewApplyInput = workflow.input.model_validate(checked_input(workflow, given))  # type: ignore[assignment]
    except OdwError:
        # What is wrong with it is said already.
        return ()
    found = [_agent(wanted, folder)] if wanted.agent == "scripted" else []
    try:
        git = await open_repo(wanted.repo or folder)
        changed = await dirty(git)
    except OdwError as error:
        return (*found, Check("repository", "repository", Level.FAIL, str(error)))
    return (*found, _changes(changed), *await _tasks(wanted, changed, str(git.root), state))


def _agent(wanted: ReviewApplyInput, folder: str) -> Check:
    script = Path(folder, wanted.script or "")
    if not script.is_file():
        return Check("agent", "agent", Level.FAIL, f"{script} is not there; the scripted agent plays it.")
    return Check("agent", "agent", Level.PASS, f"The scripted agent plays {script}.")


def _changes(changed: Sequence[Dirty]) -> Check:
    if not changed:
        return Check("changes", "changes", Level.PASS, "Everything is committed.")
    named = ", ".join(one_line(one.path, 80) for one in changed[:_NAMED])
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return Check("changes", "changes", Level.INFO, f"Not committed, and not touched: {named}{more}.")


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
        count = f"{len(tasks)} {'task' if len(tasks) == 1 else 'tasks'}"
        return (Check("tasks", "tasks", Level.PASS, f"{count}, each with files of its own."),)
    if trouble.category == "dirty_task_files" and state is not None:
        from odw_core.runs.committing import offer_of

        if (run := await offer_of(state, root, trouble.items)) is not None:
            # The run itself offers the commit, so it may start.
            offers = wanted.gate != "auto"
            said = f"{', '.join(trouble.items[:_NAMED])}: only what odw:{run} landed, not committed yet."
            fix = "The run offers to commit it first." if offers else f"Commit it: odw-tui commit odw:{run} --yes"
            return (Check(trouble.category, "tasks", Level.WARN if offers else Level.FAIL, said, fix),)
    return (Check(trouble.category, "tasks", Level.FAIL, f"{trouble.category}: {trouble.message}"),)


def codex_needed(given: Mapping[str, object]) -> bool:
    """Whether Codex does the work."""
    return given.get("agent", "codex") == "codex"
