"""The tabs of the run screen: which there are, and what each says about its content. Pure."""

from __future__ import annotations

from enum import StrEnum

from odw_core.model.detail import Detail, RunDetail
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
        first = [Tab.QUESTIONS] if detail.questions else []
        return (*first, Tab.OUTPUT)
    tabs = [Tab.TIMELINE, Tab.BLOCKERS, Tab.OUTPUT, Tab.JOURNAL]
    return (*tabs, Tab.QUESTIONS) if detail is not None and detail.questions else tuple(tabs)


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
