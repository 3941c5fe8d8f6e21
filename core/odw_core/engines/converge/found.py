"""What can be found of runs and tasks: short texts for the index, and where the whole texts lie."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.blockers import stops
from odw_core.engines.converge.item import run_item, task_item
from odw_core.engines.converge.names import is_secret
from odw_core.engines.converge.question import task_questions
from odw_core.engines.converge.saved_log import all_fails
from odw_core.engines.converge.ties import goal_of
from odw_core.model.evidence import Facts, Unit
from odw_core.model.search import Body


def run_texts(acc: RunAcc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of a run: goal, prompts, plans, questions, blockers, causes."""
    item = run_item(acc, facts)
    yield "title", item.title
    yield "goal", acc.goal or item.goal or ""
    for plan in acc.plans:
        yield "prompt", plan.prompt
        yield "message", "\n".join((plan.summary, *plan.changes))
    for stop in stops(acc):
        yield "question" if stop.kind == "question" else "blocker", stop.text
    yield "message", acc.rationale
    yield from (("message", risk) for risk in acc.risks)
    yield "cause", item.cause or ""
    if acc.log is not None:
        yield from (("stderr", fail.text) for _, _, fail in all_fails(acc.log))
        if acc.log.error is not None:
            yield "cause", acc.log.error.text


def task_texts(acc: TaskAcc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of a task: goal, questions, answer, error."""
    item = task_item(acc, facts)
    yield "title", item.title
    if acc.row is None:
        return
    yield "goal", goal_of(acc.row)
    for asked in task_questions(acc):
        yield "question", asked.body
    yield "message", acc.row.resolution
    yield "cause", acc.row.last_error


def run_bodies(unit: Unit, acc: RunAcc) -> tuple[Body, ...]:
    """Every file of the run folder, and the saved log."""
    found = [Body(name, f"{unit.root}/{name}") for name in sorted(acc.files) if not is_secret(name)]
    return (*found, *((Body("log", acc.log.path),) if acc.log is not None else ()))
