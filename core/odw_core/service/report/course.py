"""The course of a run as graphs: its states one after the other, who called whom and who answered. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.model.detail import Detail, Mark, RunDetail
from odw_core.service.report.blocks import Block, Bullets, Graph, Heading, line, strong
from odw_core.service.report.coordination import cycle_blocks
from odw_core.service.report.graphs import Call, State, sequence, state_graph
from odw_core.service.report.words import mark_word, moment, outcome, took

_NEVER = float("inf")


def graph_blocks(detail: Detail) -> Iterator[Block]:
    """The states it went through, and the calls in their order."""
    states = [*_states(detail)]
    yield Heading(2, line("States"))
    told = tuple(
        line(strong(one.name), f"{' after' if number else ''} {one.led_by}" if one.led_by else "")
        for number, one in enumerate(states)
    )
    yield Graph(state_graph(states), Bullets(told, is_ordered=True))
    if isinstance(detail, RunDetail) and detail.graph is not None:
        yield from cycle_blocks(detail.graph)
    calls = [*_calls(detail)]
    if calls:
        yield Heading(2, line("Calls"))
        arrows = tuple(line(strong(one.caller), " → ", strong(one.called), f": {one.words}") for one in calls)
        yield Graph(sequence(calls), Bullets(arrows, is_ordered=True))


def _states(detail: Detail) -> Iterator[State]:
    item = detail.item
    yield State("begun", moment(item.started_at))
    led_by = ""
    if isinstance(detail, RunDetail):
        for one in detail.columns:
            yield State(one.title, led_by)
            led_by = outcome(one.mark, one.note)
    yield State(item.state.value, led_by or item.raw_state)


def _calls(detail: Detail) -> Iterator[Call]:
    """Every try and every answer in the order in which they came, then what was asked of a person."""
    if isinstance(detail, RunDetail):
        yield from _tries(detail)
        if detail.landing is not None:
            yield Call("run", "main tree", f"{detail.landing.applied} of {detail.landing.patches} patches")
        asker = "run"
    else:
        asker = detail.runtime or "agent"
        if detail.item.goal or detail.item.title:
            yield Call("you", asker, detail.item.goal or detail.item.title)
        if detail.commands:
            yield Call(asker, "shell", f"{detail.commands:,} commands")
            failed = f"{detail.failed_commands:,} failed" if detail.failed_commands else "done"
            yield Call("shell", asker, failed, is_reply=True)
        if detail.item.last_words:
            yield Call(asker, "you", detail.item.last_words, is_reply=True)
    for question in detail.questions:
        yield Call(asker, "you", question.title or question.body)


def _tries(run: RunDetail) -> Iterator[Call]:
    titles = {row.key: row.title for row in run.rows}
    steps = {column.key: column.title for column in run.columns}
    events: list[tuple[float, Call]] = []
    for cell in run.cells:
        row = titles.get(cell.row, cell.row)
        for attempt in cell.attempts:
            began, ended = attempt.started_at, attempt.ended_at
            again = f", try {attempt.number}" if attempt.number > 1 else ""
            events.append((_NEVER if began is None else began, Call("run", row, steps.get(cell.column, "") + again)))
            if attempt.mark is not Mark.RUNNING:
                said = ", ".join(filter(None, (mark_word(attempt.mark), took(began, ended))))
                events.append((_NEVER if ended is None else ended, Call(row, "run", said, is_reply=True)))
    # Sorting keeps the order of what happened at the same moment: a call stays before its answer.
    return (call for _, call in sorted(events, key=lambda one: one[0]))
