"""What was answered on cards of Converge, kept until a native run takes it up: one file for each run or task that asks.
Starts and sends nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

from odw_core.engines.loose import objects, text
from odw_core.model.address import Address
from odw_core.model.question import Question
from odw_core.runs.folders import private_chain, read_object, write_private

_FOLDER = "converge-answers"
Answer = dict[str, object]
"""``question``, ``repo`` (or None), ``text``."""


def kept_answers(state: Path, root: Address) -> list[Answer]:
    """What is kept for a run or task."""
    fields = read_object(_file(state, root)) or {}
    return [{key: one.get(key) for key in ("question", "repo", "text")} for one in objects(fields, "answers")]


def keep_answer(state: Path, root: Address, question: Question, answer: str) -> frozenset[str]:
    """Keep one answer instead of an earlier one; ids of all questions of ``root`` that have one now. Raises
    ``OSError``."""
    private_chain(state, _FOLDER)
    path = _file(state, root)
    known = {text(one, "id"): dict(one) for one in objects(read_object(path) or {}, "answers")}
    repo = question.address.parts[0] if question.address.parts else None
    told: dict[str, object] = {"id": question.id, "question": question.body, "repo": repo, "text": answer}
    known[question.id] = {**told, "at": time.time()}
    write_private(path, {"run": str(root), "answers": [*known.values()]})
    return frozenset(known)


def forget_answers(state: Path, root: Address) -> None:
    """A run took them up."""
    _file(state, root).unlink(missing_ok=True)


class KeptAnswers:
    """Which questions have an answer that is kept: one look at a folder, which is read only when it changed."""

    def __init__(self, state: Path) -> None:
        self._folder = state / _FOLDER
        self._stamp = 0
        self._ids: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the questions."""
        try:
            stamp = os.stat(self._folder).st_mtime_ns  # noqa: PTH116
        except OSError:
            return frozenset()
        if stamp != self._stamp:
            # A folder that changed this moment may change again without another stamp.
            self._stamp = stamp if time.time_ns() - stamp > 20_000_000 else 0
            self._ids = frozenset(self._read())
        return self._ids

    def _read(self) -> set[str]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208
        except OSError:
            return set()
        found = (read_object(self._folder / name) or {} for name in names if name.endswith(".json"))
        return {text(one, "id") for fields in found for one in objects(fields, "answers")}


def _file(state: Path, root: Address) -> Path:
    name = "".join(one if one.isalnum() or one in "-_" else "-" for one in root.item)[:120]
    return state / _FOLDER / f"{name}.json"
