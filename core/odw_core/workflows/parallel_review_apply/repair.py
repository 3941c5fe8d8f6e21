"""Repair selection: which tasks run again because of what reviewers said, so that the others' work is kept. Pure.

A blocker is prose. What counts in it are paths that tasks declare, and names that captured diffs define; where a cause
is told of one of them, that one weighs more than a test that merely shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odw_core.workflows.parallel_review_apply.evidence import (
    Mention,
    is_test_path,
    mentions,
    score,
    speaks_of_symptom,
    without_paths,
    words,
)
from odw_core.workflows.parallel_review_apply.symbols import defined_symbols, prompted_symbols
from odw_core.workflows.parallel_review_apply.task import Task

_SYMBOL_BASE = 80


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is repaired."""

    tasks: tuple[str, ...]
    """Ids in the order of the run; never empty while there are tasks."""
    reasons: Mapping[str, str]
    """Task to why, in words: ``named: src/a.js``, ``defines createDigest`` …"""


def select(blockers: Sequence[str], tasks: Sequence[Task], diffs: Mapping[str, str]) -> Selection:
    """The tasks that the blockers are about; ``diffs`` has each task's captured diff."""
    reasons = named(blockers, tasks, diffs)
    if not reasons:
        reasons = {task.id: "no blocker names a file or a symbol: full batch" for task in tasks}
    chosen = tuple(task.id for task in tasks if task.id in reasons)
    return Selection(chosen, {task: reasons[task] for task in chosen})


def named(blockers: Sequence[str], tasks: Sequence[Task], diffs: Mapping[str, str]) -> dict[str, str]:
    """The tasks that are told by a file or a symbol, each with why; empty when none is."""
    known = Known(tasks, diffs)
    reasons: dict[str, str] = {}
    for blocker in blockers:
        for task, why in known.concerned(blocker):
            reasons.setdefault(task, why)
    return reasons or known.anywhere(blockers)


class Known:
    """What the tasks of a run declare, define and are asked for. Reads every diff once."""

    def __init__(self, tasks: Sequence[Task], diffs: Mapping[str, str]) -> None:
        owning = [task for task in tasks if task.files]
        self.paths = [(task.id, path) for task in owning for path in task.owned if path]
        self.defined = _by_symbol({task.id: defined_symbols(diffs.get(task.id, "")) for task in owning})
        self._prompted = _by_symbol({task.id: prompted_symbols(task.prompt, task.owned) for task in owning})

    def concerned(self, blocker: str) -> list[tuple[str, str]]:
        """(task, why) of one blocker, what is surest first; empty when it names nothing."""
        paths = mentions(blocker, self.paths)
        prose = without_paths(blocker, paths)
        symbols = self._of_symbols(prose, self.defined, "defines")
        if not symbols and (not paths or speaks_of_symptom(blocker)):
            symbols = self._of_symbols(prose, self._prompted, "is asked for")
        best = self._best(blocker, paths)
        if best is None and paths and not symbols:
            best = paths[0]
        return [*([] if best is None else [(best.task, f"named: {best.path}")]), *symbols]

    def anywhere(self, blockers: Sequence[str]) -> dict[str, str]:
        """Tasks whose path stands in any blocker, be it within another word."""
        said = "\n".join(blockers)
        return {task: f"mentioned: {path}" for task, path in reversed(self.paths) if path in said}

    @staticmethod
    def _best(blocker: str, paths: Sequence[Mention]) -> Mention | None:
        """The path with the best score above zero, the earliest among equals."""
        scored = [(score(blocker, at.start, at.stop, is_test=is_test_path(at.path)), at) for at in paths]
        most = max((points for points, _ in scored), default=0)
        return next((at for points, at in scored if points == most), None) if most > 0 else None

    @staticmethod
    def _of_symbols(prose: str, symbols: Mapping[str, Sequence[str]], how: str) -> list[tuple[str, str]]:
        """Tasks of the symbols in the text, each with its best, best first."""
        best: dict[str, tuple[int, str]] = {}
        for name, start, stop in words(prose):
            for task in symbols.get(name, ()):
                points = _SYMBOL_BASE + score(prose, start, stop, is_test=False)
                if task not in best or points > best[task][0]:
                    best[task] = (points, f"{how} {name}")
        return [(task, why) for task, (_, why) in sorted(best.items(), key=lambda item: -item[1][0])]


def _by_symbol(of_tasks: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for task, symbols in of_tasks.items():
        for symbol in symbols:
            found.setdefault(symbol, []).append(task)
    return found
