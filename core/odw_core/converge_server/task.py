"""A task as the Converge server tells it. Pure; every reply is foreign text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from odw_core.engines.loose import Json, integer, mapping, text, texts

PENDING, CLAIMED, RUNNING, SUCCEEDED = "PENDING", "CLAIMED", "RUNNING", "SUCCEEDED"
HITL_REQUIRED, FAILED, CANCELLED = "HITL_REQUIRED", "FAILED", "CANCELLED"
_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the queue."""

    id: str
    status: str
    goal: str
    repos: tuple[str, ...]
    attempts: int
    last_error: str
    artifacts_dir: str
    questions: tuple[str, ...]
    odw_run: str
    """The run of ours that made it, as its metadata say."""


def task_of(fields: Json) -> Task | None:
    """What a reply says; None when it is no task."""
    identity, status = text(fields, "id"), text(fields, "status")
    if not is_task_id(identity) or not status:
        return None
    request = mapping(fields, "request")
    return Task(
        id=identity,
        status=status[:40],
        goal=text(request, "goal"),
        repos=tuple(texts(request, "repos")),
        attempts=integer(fields, "attempts") or 0,
        last_error=text(fields, "last_error"),
        artifacts_dir=text(fields, "artifacts_dir"),
        questions=tuple(texts(fields, "hitl_questions")),
        odw_run=text(mapping(request, "metadata"), "odw_run"),
    )


def is_task_id(name: str) -> bool:
    """Whether it can be the id of a task, and so a part of a path."""
    return _ID.match(name) is not None
