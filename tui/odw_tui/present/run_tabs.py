"""The tabs of the run screen: which there are, and what each says about its content. Pure."""

from __future__ import annotations

from enum import StrEnum

from odw_core.model.detail import ColumnKind, Detail, RunDetail
from odw_tui.present.numbers import count


class Tab(StrEnum):
    """What the run screen can show below its head. The value is also the id of the pane and of the action."""

    TIMELINE = "timeline"
    BLOCKERS = "blockers"
    OUTPUT = "output"
    JOURNAL = "journal"
    QUESTIONS = "questions"


def tabs_of(detail: Detail | None) -> tuple[Tab, ...]:
    """The tabs that make sense for this run or session; a session has no rounds."""
    if detail is not None and not isinstance(detail, RunDetail):
        return (Tab.OUTPUT, *([Tab.QUESTIONS] if detail.questions else ()))
    asked = detail is not None and bool(detail.questions)
    reviewed = [Tab.BLOCKERS] if detail is not None and is_reviewed(detail) else []
    return (Tab.TIMELINE, *reviewed, Tab.OUTPUT, Tab.JOURNAL, *([Tab.QUESTIONS] if asked else ()))


def is_reviewed(detail: RunDetail) -> bool:
    """Whether the run goes through rounds of review."""
    return bool(detail.gates) or any(column.kind is ColumnKind.ROUND for column in detail.columns)


def note_of(tab: Tab, detail: Detail | None) -> tuple[str, str]:
    """What stands beside the name of a tab, and its tone."""
    if detail is None:
        return "", ""
    if tab is Tab.QUESTIONS:
        return count(len(detail.questions)), "waiting"
    if tab is Tab.BLOCKERS and isinstance(detail, RunDetail):
        number = max(len(detail.blockers), sum(gate.blocker_count for gate in detail.gates))
        return (count(number) if number else ""), "quiet"
    return "", ""
