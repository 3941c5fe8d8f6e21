"""Preflight: what must hold before the first agent starts (P1-P6), and before each review (P8). Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from odw_core.workflows.parallel_review_apply.rounds import PLANNER, VERIFIER, review_key
from odw_core.workflows.parallel_review_apply.task import Task, file_trouble, normal_file

_REPAIR = re.compile(r"(?P<task>.+)-repair-[1-9]\d*", re.DOTALL)
# An id stands in lines of the journal: as a name of its own, or in a list between bars.
_NO_ID = re.compile(r"[\x00-\x1f\x7f|]")
_SAID_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run does not start."""

    category: str
    message: str
    """What is wrong and the next step."""
    items: tuple[str, ...] = ()
    """Each task or file it is about."""

    def as_error(self) -> dict[str, object]:
        """``error`` of a result."""
        return {"category": self.category, "message": self.message, "items": list(self.items)}


class Allowances(Protocol):
    """What of the input bears on preflight."""

    @property
    def reviewers(self) -> Sequence[str]: ...
    @property
    def allow_undeclared_task_files(self) -> bool: ...
    @property
    def allow_duplicate_task_files(self) -> bool: ...
    @property
    def allow_dirty_task_files(self) -> bool: ...


def preflight(tasks: Sequence[Task], dirty: Iterable[str], given: Allowances) -> Trouble | None:
    """The first rule of P1 to P6 that does not hold. ``dirty`` has the paths that differ from HEAD, untracked too."""
    rules: tuple[Callable[[], Trouble | None], ...] = (
        lambda: _ids(tasks, given.reviewers),
        lambda: _files(tasks),
        lambda: _prompts(tasks),
        lambda: None if given.allow_undeclared_task_files else _undeclared(tasks),
        lambda: None if given.allow_duplicate_task_files else _duplicates(tasks),
        lambda: None if given.allow_dirty_task_files else _dirty(tasks, dirty),
    )
    return next((trouble for rule in rules if (trouble := rule()) is not None), None)


def _ids(tasks: Sequence[Task], reviewers: Sequence[str]) -> Trouble | None:
    category = "invalid_task_ids"
    if not tasks:
        return Trouble(category, "There is no task; give at least one, or a request that a planner makes tasks of.")
    if nameless := [f"task {number}" for number, task in enumerate(tasks, 1) if not task.id.strip()]:
        return Trouble(category, f"{_said(nameless)} has no id; give every task a short name of its own.", (*nameless,))
    if twice := [name for name, count in Counter(task.id for task in tasks).items() if count > 1]:
        return Trouble(category, f"Several tasks are called {_said(twice)}; give each a name of its own.", (*twice,))
    if broken := [task.id for task in tasks if _NO_ID.search(task.id)]:
        message = f"The id {_said([repr(name) for name in broken])} has a bar or a control character; use plain words."
        return Trouble(category, message, (*broken,))
    ids = {task.id for task in tasks}
    if taken := [name for name in ids if _is_taken(name, ids, reviewers)]:
        taken.sort()
        message = f"The run itself calls something {_said(taken)}; give the task another id."
        return Trouble(category, message, (*taken,))
    return None


def _is_taken(name: str, ids: Collection[str], reviewers: Sequence[str]) -> bool:
    """Whether some other work of the run has this key."""
    repair = _REPAIR.fullmatch(name)
    return (
        name in (PLANNER, VERIFIER)
        or (repair is not None and repair["task"] in ids)
        or any(name.startswith(key) and name[len(key) :].isdecimal() for key in _review_keys(reviewers))
    )


def _review_keys(reviewers: Sequence[str]) -> Iterator[str]:
    return (review_key(reviewer, 1)[:-1] for reviewer in reviewers)


def _files(tasks: Sequence[Task]) -> Trouble | None:
    wrong = [(task.id, path, why) for task in tasks for path in task.files if (why := file_trouble(path))]
    if not wrong:
        return None
    name, path, why = wrong[0]
    message = f"Task {name} cannot own {path!r}: it {why}.{_and_more(wrong)} Name files from the root, as src/main.py."
    return Trouble("invalid_task_files", message, tuple(f"{name}: {path}" for name, path, _ in wrong))


def _prompts(tasks: Sequence[Task]) -> Trouble | None:
    silent = [task.id for task in tasks if not task.prompt.strip()]
    message = f"Task {_said(silent)} has no prompt; say what its agent is to do."
    return Trouble("invalid_task_prompts", message, (*silent,)) if silent else None


def _undeclared(tasks: Sequence[Task]) -> Trouble | None:
    bare = [task.id for task in tasks if not task.files]
    message = f"Task {_said(bare)} owns no file; list its files, or set allow_undeclared_task_files=true."
    return Trouble("undeclared_task_files", message, (*bare,)) if bare else None


def _duplicates(tasks: Sequence[Task]) -> Trouble | None:
    shared = {path: names for path, names in _owners(tasks).items() if len(names) > 1}
    if not shared:
        return None
    path, names = next(iter(shared.items()))
    message = (
        f"{path} is owned by {' and '.join(names)}.{_and_more(shared)} "
        "Give each file to one task, or set allow_duplicate_task_files=true."
    )
    return Trouble("duplicate_task_files", message, (*shared,))


def _dirty(tasks: Sequence[Task], dirty: Iterable[str]) -> Trouble | None:
    changed = {normal_file(path) for path in dirty}
    touched = [path for path in _owners(tasks) if path in changed]
    message = (
        f"{_said(touched)} {'has' if len(touched) == 1 else 'have'} changes that are not committed, and worktrees "
        "begin at HEAD; commit or stash them, or set allow_dirty_task_files=true."
    )
    return Trouble("dirty_task_files", message, (*touched,)) if touched else None


def _owners(tasks: Sequence[Task]) -> dict[str, list[str]]:
    owners: dict[str, list[str]] = {}
    for task in tasks:
        for path in task.owned:
            owners.setdefault(path, []).append(task.id)
    return owners


def _said(items: Sequence[str]) -> str:
    more = len(items) - _SAID_ITEMS
    return ", ".join(items[:_SAID_ITEMS]) + (f" and {more} more" if more > 0 else "")


def _and_more(items: Collection[object]) -> str:
    return f" There are {len(items) - 1} more like it." if len(items) > 1 else ""


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task whose agent failed."""

    id: str
    files: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class ScopeIssue:
    """A file that was touched by a task that does not own it. ``owner`` is the task that does; empty for none."""

    task: str
    file: str
    owner: str


@dataclass(frozen=True, slots=True)
class Block:
    """Why a batch does not get to its reviewers."""

    failed: tuple[FailedTask, ...]
    issues: tuple[ScopeIssue, ...]
    tasks: tuple[str, ...]
    """Whom to repair: those that failed or trespassed, and the owners of what was touched; in the order of the run."""
    category: str = "implementation_pre_review_blocked"

    @property
    def message(self) -> str:
        """All of it in one line."""
        said = self.blockers()
        return f"No reviewer saw this candidate: {said[0]}{_and_more(said)}"

    def blockers(self) -> tuple[str, ...]:
        """One plain sentence for each thing, as a reviewer would say it: feedback of the repair."""
        failed = [f"task {one.id} failed: {one.message}" for one in self.failed]
        return (*failed, *(_trespass(issue) for issue in self.issues))


def _trespass(issue: ScopeIssue) -> str:
    owner = f", which belongs to task {issue.owner}" if issue.owner else ", which no task declares"
    return f"{issue.file}: task {issue.task} must not change it{owner}"


def pre_review(
    tasks: Sequence[Task],
    touched: Mapping[str, Collection[str]],
    failures: Mapping[str, str],
    *,
    is_strict: bool = True,
) -> Block | None:
    """What keeps a batch from its reviewers (P8), None when nothing does.

    ``touched`` has for each task the files it changed, ``failures`` what an agent that failed said.
    """
    failed = tuple(
        FailedTask(task.id, task.owned, failures[task.id].strip() or "its agent said nothing")
        for task in tasks
        if task.id in failures
    )
    issues = tuple(_issues(tasks, touched)) if is_strict else ()
    if not failed and not issues:
        return None
    concerned = {one.id for one in failed}.union(*({issue.task, issue.owner} for issue in issues))
    return Block(failed, issues, tuple(task.id for task in tasks if task.id in concerned))


def _issues(tasks: Sequence[Task], touched: Mapping[str, Collection[str]]) -> Iterator[ScopeIssue]:
    owners = _owners(tasks)
    for task in tasks:
        for path in dict.fromkeys(map(normal_file, touched.get(task.id, ()))):
            others = owners.get(path, [])
            # A task that was allowed to own nothing may touch whatever nobody else owns.
            if task.id not in others and (others or task.files):
                yield ScopeIssue(task.id, path, others[0] if others else "")
