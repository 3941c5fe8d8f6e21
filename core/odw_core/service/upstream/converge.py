"""What can be done about a run that Converge itself made: go on natively with it, run it again, make a call once more.

Reads its files and says which run of ours that would be. Starts and writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import PlanAcc, RunAcc, TaskRow
from odw_core.engines.converge.badge import is_written_by_codex
from odw_core.engines.converge.database import Databases
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.engines.converge.item import repos_asked
from odw_core.engines.converge.log_shelf import LogShelf
from odw_core.engines.converge.names import CONVERGED, task_id_of
from odw_core.engines.converge.records import stored_questions
from odw_core.engines.converge.ties import agent_asked, goal_of, repos_of, rounds_asked, run_of
from odw_core.engines.converge.timeline import rounds_of, tries_of
from odw_core.errors import NotFound, Refused, UsageError
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.workflow import CONVERGE_COORDINATE, CONVERGE_REPEAT, COORDINATE
from odw_core.process.liveness import Liveness
from odw_core.service.upstream.kept_answers import Answer
from odw_core.text.ansi import one_line
from odw_core.workflows.converge_coordinate.telling import record_of

_MOST_ROUNDS = 8


def adoption(address: Address, place: str, kept: Sequence[Answer] = (), typed: object = None) -> tuple[Start, str]:
    """The native run that goes on with a run or task of Converge, and a sentence about what it takes over.

    ``kept`` are answers from cards; ``typed`` those that came with the wish: objects, or texts for the open questions
    in their order. Raises ``NotFound``, ``Refused`` or ``UsageError``.
    """
    root = address.root
    run, row = _run_and_row(root, place)
    acc = None if not run else _read(run, place)
    if acc is not None and acc.status == CONVERGED:
        raise Refused(f"{root} converged; there is nothing to go on with, but it can be run again.")
    if acc is None and row is None:
        raise NotFound(f"{root} left no files that say what it was for.")
    if acc is not None and not acc.has_record and _is_alive(root, place, acc):
        raise Refused(f"{root} is still at work; wait for its end.")
    goal, repos = _goal_and_repos(acc, row)
    if not goal or not repos:
        raise Refused(f"{root} says neither what it was for nor which repositories it had.")
    asked = _asked(acc, row)
    answers = _answers(asked, kept, typed)
    plans = [plan for plan in acc.plans if is_written_by_codex(plan)] if acc is not None else []
    given: dict[str, object] = {"goal": goal, "repos": repos, "from_run": str(root)}
    given |= {"answers": answers, "plans": [_plan(plan) for plan in plans]}
    if acc is not None:
        given["max_rounds"] = min(max(acc.max_rounds or 2, 1), _MOST_ROUNDS)
        is_interrupt = acc.pauses or any(one.is_interrupt for one in acc.rounds)
        given["mode"] = "interrupt" if is_interrupt else "conditional"
    left_out = 0 if acc is None else len(acc.plans) - len(plans)
    return Start(COORDINATE, given, place, parent=root), _note(root, repos, plans, answers, left_out)


def converge_again(address: Address, place: str) -> Start:
    """The run of ours that lets Converge itself do the same once more. Raises ``NotFound`` or ``Refused``."""
    root = address.root
    run, row = _run_and_row(root, place)
    acc = None if not run else _read(run, place)
    goal, repos = _goal_and_repos(acc, row)
    if not goal or not repos:
        raise Refused(f"{root} says neither what it was for nor which repositories it had.")
    given: dict[str, object] = {"goal": goal, "repos": repos, "from_run": str(root)}
    if task_id_of(root) is not None:
        given["through"] = "server"
    rounds = (acc.max_rounds if acc is not None else None) or (rounds_asked(row) if row is not None else None)
    given["max_rounds"] = min(max(rounds or 2, 1), 100)
    if acc is not None and given.get("through") != "server" and any(one.is_interrupt for one in acc.rounds):
        given["mode"] = "interrupt"
    planner = acc.plans[0].provider if acc is not None and acc.plans else agent_asked(row) if row is not None else ""
    if planner in ("codex", "copilot"):
        given["coding_agent"] = planner
    return Start(CONVERGE_COORDINATE, given, place, parent=root)


def repetition(address: Address, place: str) -> Start:
    """The run of ours that makes the last call for one repo once more. Raises ``NotFound`` or ``Refused``."""
    root = address.root
    if root.engine != "converge" or task_id_of(root) is not None or not address.parts:
        raise Refused("Only the call of one plan can be repeated: converge:RUN/REPO.")
    acc = _read(root.item, place)
    if acc.native:
        raise Refused(f"A run of ours made the calls of {root} and kept all they said; run that one again.")
    repo = address.parts[0]
    tries = [one for one in tries_of(acc) if one.repo == repo]
    if not tries:
        raise NotFound(f"{root} holds nothing of a repo {one_line(repo, 120)!r}.")
    last = tries[-1]
    if last.plan is None:
        raise Refused(f"The plan of {one_line(repo, 120)} was not kept, so nobody knows what was asked.")
    if not last.plan.prompt:
        raise Refused(f"The plan of {one_line(repo, 120)} keeps no prompt for Codex, so nothing can be repeated.")
    if len(address.parts) > 1 and address.parts[1] != str(last.number):
        raise Refused("Converge keeps the prompts of its last round alone; only those calls can be repeated.")
    fails = [] if last.logged is None else [fail for fail in last.logged.fails if fail.model]
    model = last.plan.model or (fails[-1].model if fails else None)
    given: dict[str, object] = {"run": root.item, "repo": repo, "round": len(rounds_of(acc)) or 1, "model": model}
    return Start(CONVERGE_REPEAT, given, place, parent=root)


def _run_and_row(root: Address, place: str) -> tuple[str, TaskRow | None]:
    """The run folder that is meant (empty without one), and the row of the queue if a task is meant."""
    if root.engine != "converge":
        raise Refused(f"{root} is no run of Converge.")
    task = task_id_of(root)
    if task is None:
        if root.item not in layout.run_names(place):
            raise NotFound(f"{root} is not below {place} any more.")
        return root.item, None
    row = Databases().queue(place).tasks.get(task)
    if row is None:
        raise NotFound(f"{root} is in no queue below {place} any more.")
    run = run_of(row)
    return (run if run in layout.run_names(place) else ""), row


def _read(run: str, place: str) -> RunAcc:
    acc = record_of(place, run) or RunAcc(run, place)
    shelf = LogShelf()
    acc.found_log = shelf.part_of(place, run, shelf.stamp(place))
    return acc


def _is_alive(root: Address, place: str, acc: RunAcc) -> bool:
    unit = next((one for one in layout.runs(place) if one.address == root), None)
    owner = None if unit is None else ConvergeEngine().owner(unit, acc)
    return owner is not None and Liveness().of(owner).alive is True


def _goal_and_repos(acc: RunAcc | None, row: TaskRow | None) -> tuple[str, list[str]]:
    logged = acc.log if acc is not None else None
    goal = "" if acc is None else acc.goal or acc.asked_goal or (logged.goal or "" if logged is not None else "")
    repos = [] if acc is None else repos_asked(acc)
    if row is not None:
        goal, repos = goal or goal_of(row), repos or repos_of(row)
    return goal, [*dict.fromkeys(repos)]


def _asked(acc: RunAcc | None, row: TaskRow | None) -> list[Answer]:
    """Everything that was asked, plan by plan; what only the queue knows has no repo."""
    found: list[Answer] = []
    for plan in acc.plans if acc is not None else ():
        found += [{"question": asked, "repo": plan.repo} for asked in plan.questions]
    known = {one["question"] for one in found}
    if row is not None:
        plain, pause, _ = stored_questions(row.questions)
        more = [*plain, *(pause.questions if pause is not None else ())]
        found += [{"question": asked, "repo": None} for asked in dict.fromkeys(more) if asked not in known]
    return found


def _answers(asked: Sequence[Answer], kept: Sequence[Answer], typed: object) -> list[Answer]:
    """What is known, the newest word on each question; questions without an answer are asked natively."""
    told: dict[tuple[object, object], Answer] = {(one.get("question"), one.get("repo")): one for one in kept}
    for one in _typed(asked, typed):
        told[one.get("question"), one.get("repo")] = one
    return [one for one in told.values() if str(one.get("text", "")).strip()]


def _typed(asked: Sequence[Answer], typed: object) -> list[Answer]:
    if typed is None:
        return []
    if isinstance(typed, str) and typed.lstrip().startswith("["):
        typed = _json(typed)
    given = typed if isinstance(typed, list) else [typed]
    found: list[Answer] = []
    for place, one in enumerate(given):
        value = _json(one) if isinstance(one, str) and one.lstrip().startswith("{") else one
        if isinstance(value, Mapping):
            found.append({"question": str(value.get("question", "")), "repo": value.get("repo"), **value})
        elif not isinstance(value, str):
            raise UsageError("answers: each is a text, or an object with question, repo and text.")
        elif place >= len(asked):
            count = f"{len(asked)} {'question' if len(asked) == 1 else 'questions'}"
            raise UsageError(f"answers: it asks {count}, and here are {len(given)} answers.")
        else:
            found.append({**asked[place], "text": value})
    return found


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("answers: what begins like JSON is none.") from None
    return value


def _plan(plan: PlanAcc) -> dict[str, object]:
    changes, questions = [*plan.changes], [*plan.questions]
    return {"repo": plan.repo, "summary": plan.summary, "changes": changes, "questions": questions}


def _note(
    root: Address, repos: Sequence[str], plans: Sequence[PlanAcc], answers: Sequence[Answer], left_out: int
) -> str:
    counted = ((len(repos), "repo"), (len(plans), "plan"), (len(answers), "answer"))
    said = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counted if count)
    rest = f"; {left_out} by rule of thumb left out" if left_out else ""
    return f"goes on with {said} of {root.item}{rest}"
