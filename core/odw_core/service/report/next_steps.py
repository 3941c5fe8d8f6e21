"""What is asked of a person, and the commands to go on with. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from odw_core.model.detail import Attempt, Detail, Mark, RunDetail
from odw_core.model.item import State
from odw_core.model.question import Question
from odw_core.service.report.blocks import Block, Bullets, Code, Heading, Paragraph, line, strong
from odw_core.service.report.words import moment

_OPEN_MARKS = (Mark.FAILED, Mark.UNFINISHED, Mark.WAITING, Mark.RUNNING)


def question_blocks(questions: Sequence[Question]) -> Iterator[Block]:
    """What waits for a person, and how it is answered."""
    yield Heading(2, line("Open questions"))
    if not questions:
        yield Paragraph(line("None."))
    for one in questions:
        yield Heading(3, line(one.title or one.body))
        yield Paragraph(line(one.subject, f", asked {moment(one.asked_at)}" if one.asked_at else ""))
        if one.body:
            yield Code(one.body)
        choices = [choice for field in one.fields for choice in field.choices]
        if choices:
            told = (line(strong(each.label), f": {each.description}" if each.description else "") for each in choices)
            yield Bullets(tuple(told))
        yield Paragraph(line(f"How: {one.answer_via}"))


def command_blocks(detail: Detail) -> Iterator[Block]:
    """What to type to look further."""
    yield Heading(2, line("Next commands"))
    yield Code("\n".join((f"cd {shlex.quote(detail.item.place)}", *dict.fromkeys(_commands(detail)))))


def _commands(detail: Detail) -> Iterator[str]:
    item = detail.item
    for question in detail.questions:
        yield _typed("show", f"question:{question.id}")
    for attempt in _worth_a_look(detail):
        streams = [one for one in ("stderr", "output", "stdout") if one in attempt.streams][:1]
        yield _typed("logs", str(attempt.address), *(word for stream in streams for word in ("--stream", stream)))
    if item.state is State.RUNNING:
        yield _typed("logs", str(item.address), "-f")
    if item.state is State.STALE:
        yield _typed("doctor")
    yield _typed("show", str(item.address))
    for stream in detail.streams:
        yield _typed("logs", str(item.address), "--stream", stream)
    for session in detail.sessions if isinstance(detail, RunDetail) else ():
        yield _typed("show", str(session))


def _worth_a_look(detail: Detail) -> list[Attempt]:
    if not isinstance(detail, RunDetail):
        return []
    tried = [cell.attempts[-1] for cell in detail.cells if cell.attempts and cell.mark in _OPEN_MARKS]
    return [attempt for attempt in tried if attempt.streams][:10]


def _typed(*words: str) -> str:
    return shlex.join(("odw-tui", *words))
