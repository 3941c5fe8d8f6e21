"""What can be found of runs and sessions: short texts for the index, and where the whole texts lie."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from odw_core.engines.loose import mapping, text
from odw_core.engines.odw import layout
from odw_core.engines.odw.acc import AttemptAcc, NodeAcc, RunAcc
from odw_core.engines.odw.names import INPUT, JOURNAL, PROMPT_FILE, STDERR_FILE, STDOUT_FILE
from odw_core.engines.odw.question import run_questions
from odw_core.engines.odw.session import SessionAcc, session_questions
from odw_core.model.address import Address
from odw_core.model.evidence import Facts, Unit
from odw_core.model.question import Question
from odw_core.model.search import Body

_PROMPT_NAME = re.compile(r"^[a-z]+-(?P<label>.+)-(?P<ms>\d{10,16})\.prompt\.md$")
_REPORT_NAME = re.compile(r"^pandacode-[^/]*\.json$")


def run_texts(acc: RunAcc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of one run: goal, questions, blockers, what each agent said, what broke."""
    yield "goal", acc.goal or ""
    for asked in run_questions(acc, Address("odw", acc.run_id), facts.alive):
        yield from _asked(asked)
    for gate in acc.gates:
        for blocker in gate.blocker_samples:
            yield "blocker", blocker
        for owned in gate.owner_questions:
            yield "question", owned
    for node in acc.nodes.values():
        yield from _of_node(node)
    result = acc.outcome
    if result is not None:
        yield "message", result.message
        yield "message", result.verification
    yield "cause", acc.workflow_error or ""
    yield "stderr", acc.stderr_tail
    for message in acc.reports.values():
        yield "cause", message


def _of_node(node: NodeAcc) -> Iterator[tuple[str, str]]:
    outcome = node.outcome
    if outcome is None:
        return
    yield "message", outcome.summary
    yield "cause", outcome.error_line
    for blocker in outcome.blockers:
        yield "blocker", blocker
    for asked in outcome.questions:
        yield "question", text(asked, "question")


def _asked(asked: Question) -> Iterator[tuple[str, str]]:
    options = (f"{choice.label} {choice.description}".strip() for field in asked.fields for choice in field.choices)
    yield "question", "\n".join((asked.title, asked.body, *options))


def run_bodies(unit: Unit, acc: RunAcc) -> tuple[Body, ...]:
    """What it was given, the runner's own output, every prompt, every executor's report, and the journal of it all."""
    found = [Body("goal", f"{unit.root}/{INPUT}"), Body("stderr", f"{unit.root}/script-debug.log")]
    try:
        names = sorted(os.listdir(unit.root))  # noqa: PTH208
    except (OSError, ValueError):
        names = []
    for name in names:
        if (match := _PROMPT_NAME.match(name)) is not None:
            found.append(Body("prompt", f"{unit.root}/{name}", _attempt_of(acc, match["label"], int(match["ms"]))))
        elif _REPORT_NAME.match(name):
            found.append(Body("report", f"{unit.root}/{name}"))
    return (*found, *_kept_bodies(unit, acc), Body("journal", f"{unit.root}/{JOURNAL}"))


def _kept_bodies(unit: Unit, acc: RunAcc) -> Iterator[Body]:
    """What a run of ours kept of each attempt."""
    if not acc.is_native:
        return
    for node in acc.nodes.values():
        for attempt in node.attempts:
            for field, name in (("prompt", PROMPT_FILE), ("stdout", STDOUT_FILE), ("stderr", STDERR_FILE)):
                path = layout.attempt_file(unit.root, node.key, attempt.number, name)
                if path is not None:
                    yield Body(field, path, (node.key, str(attempt.number)))


def _attempt_of(acc: RunAcc, label: str, written_ms: int) -> tuple[str, ...]:
    """Task and attempt that a prompt was written for: the last one that had begun by then."""
    begun: list[tuple[int, NodeAcc, AttemptAcc]] = [
        (attempt.started_ms or 0, node, attempt)
        for node in acc.nodes.values()
        if re.sub(r"[^A-Za-z0-9._-]+", "-", node.label or node.key) == label
        for attempt in node.attempts
        if (attempt.started_ms or 0) <= written_ms
    ]
    if not begun:
        return ()
    _, node, attempt = max(begun, key=lambda one: one[0])
    return (node.key, str(attempt.number))


def session_texts(acc: SessionAcc, facts: Facts) -> Iterator[tuple[str, str]]:
    """(field, text) of one session: what it asks, what it said last, what broke."""
    for asked in session_questions(acc, facts):
        yield from _asked(asked)
    artifacts = acc.record.artifacts
    yield "message", text(artifacts, "last_agent_message")
    yield "message", text(mapping(artifacts, "last_summary"), "last_agent_message")


def session_bodies(unit: Unit, acc: SessionAcc) -> tuple[Body, ...]:
    """The protocol trace, and the log of a daemon that drove it."""
    named = (
        ("journal", layout.session_log(unit.place, acc.runtime, acc.session)),
        ("stderr", layout.codexctl_log(unit.place, acc.session)),
        ("record", unit.root),
    )
    return tuple(Body(field, path) for field, path in named if path is not None)
