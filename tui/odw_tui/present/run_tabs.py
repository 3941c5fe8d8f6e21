"""The tabs of the run screen: which there are, what each says about its content, and why one is not there. Pure."""

from __future__ import annotations

from enum import StrEnum

from odw_core.model.detail import ColumnKind, Detail, RunDetail, SessionDetail
from odw_tui.present.diff import has_changes
from odw_tui.present.notes import note_count, warning_count
from odw_tui.present.numbers import count

_JOURNAL = "journal"


class Tab(StrEnum):
    """What the run screen can show below its head. The value is also the id of the pane and of the action."""

    CONVERSATION = "conversation"
    BATCH = "batch"
    TIMELINE = "timeline"
    STATES = "states"
    PLANS = "plans"
    CONTRACTS = "contracts"
    BLOCKERS = "blockers"
    DIFF = "diff"
    OUTPUT = "output"
    ARTIFACTS = "artifacts"
    JOURNAL = "journal"
    SESSIONS = "sessions"
    QUESTIONS = "questions"
    NOTES = "notes"


_SHORT = {
    Tab.CONVERSATION: "talk",
    Tab.TIMELINE: "time",
    Tab.CONTRACTS: "contr",
    Tab.BLOCKERS: "block",
    Tab.OUTPUT: "out",
    Tab.ARTIFACTS: "files",
    Tab.JOURNAL: "log",
    Tab.SESSIONS: "sess",
    Tab.QUESTIONS: "asks",
}


def short_name(tab: Tab) -> str:
    """What a tab is called where there is little space."""
    return _SHORT.get(tab, tab.value)


def tabs_of(detail: Detail | None, sessions: int = 0) -> tuple[Tab, ...]:
    """The tabs that make sense for this run or session, always in the same order; a session has no rounds.

    ``sessions`` is how many of them belong to the run.
    """
    return tuple(tab for tab in Tab if _is_there(tab, detail, sessions))


def _is_there(tab: Tab, detail: Detail | None, sessions: int) -> bool:
    run = detail if isinstance(detail, RunDetail) else None
    is_session = detail is not None and run is None
    match tab:
        case Tab.CONVERSATION:
            return isinstance(detail, SessionDetail) and detail.has_conversation
        case Tab.SESSIONS:
            return not is_session and sessions > 0
        case Tab.TIMELINE:
            return not is_session
        case Tab.PLANS:
            return run is not None and bool(run.plans or run.duties)
        case Tab.BATCH:
            return run is not None and run.batch is not None
        case Tab.STATES:
            return run is not None and run.graph is not None
        case Tab.CONTRACTS:
            return run is not None and bool(run.contracts or run.mismatches)
        case Tab.BLOCKERS:
            return run is not None and is_reviewed(run)
        case Tab.DIFF:
            return run is not None and has_changes(run)
        case Tab.OUTPUT:
            return True
        case Tab.ARTIFACTS:
            return detail is not None and bool(detail.artifacts)
        case Tab.JOURNAL:
            return detail is None or (run is not None and _JOURNAL in run.streams)
        case Tab.QUESTIONS:
            return detail is not None and bool(detail.questions)
        case Tab.NOTES:
            return detail is not None and note_count(detail) > 0


def is_reviewed(detail: RunDetail) -> bool:
    """Whether the run goes through rounds of review, or was stopped by something that it wrote down."""
    return bool(detail.gates or detail.blockers) or any(column.kind is ColumnKind.ROUND for column in detail.columns)


def why_not_there(tab: Tab, detail: Detail | None) -> str:
    """Why there is no such tab, as a sentence."""
    if detail is None:
        return "Nothing was read of it yet."
    is_session = not isinstance(detail, RunDetail)
    match tab:
        case Tab.CONVERSATION:
            return "It left no transcript that could be read here; its output is all there is."
        case Tab.SESSIONS:
            return "A session has no others." if is_session else "No session that was found here belongs to this run."
        case Tab.TIMELINE:
            return "A session has no rounds; its output is all there is."
        case Tab.PLANS:
            return "A session makes no plans for repos." if is_session else "This run wrote no plans for repos."
        case Tab.BATCH:
            return "This is no batch of scenarios."
        case Tab.STATES:
            return "It goes through no states that could be drawn; its timeline is all there is."
        case Tab.CONTRACTS:
            return "Nobody looked for contracts between repos here."
        case Tab.BLOCKERS:
            return "Nobody reviews this run, so there are no blockers."
        case Tab.DIFF:
            return "No attempt of this run left a diff."
        case Tab.ARTIFACTS:
            return "No file belongs to it besides what the other tabs show."
        case Tab.JOURNAL:
            if is_session:
                return "A session has no journal of its own; its streams are in the output."
            return "This kind of run keeps no journal."
        case Tab.QUESTIONS:
            return "Nothing is asked here."
        case Tab.NOTES:
            return "There is nothing to note: no cause, no warning, nothing that does not fit together."
        case Tab.OUTPUT:
            return "There is no output."


def note_of(tab: Tab, detail: Detail | None, sessions: int = 0) -> tuple[str, str]:
    """What stands beside the name of a tab, and its tone."""
    if detail is None:
        return "", ""
    match tab:
        case Tab.SESSIONS:
            return count(sessions), "quiet"
        case Tab.QUESTIONS:
            return count(len(detail.questions)), "waiting"
        case Tab.BLOCKERS if isinstance(detail, RunDetail):
            number = max(len(detail.blockers), sum(gate.blocker_count for gate in detail.gates))
            return (count(number) if number else ""), "quiet"
        case Tab.PLANS if isinstance(detail, RunDetail):
            doubtful = sum(plan.is_doubtful for plan in detail.plans)
            return count(len(detail.plans)), "blocked" if doubtful else "quiet"
        case Tab.CONTRACTS if isinstance(detail, RunDetail):
            number = len(detail.mismatches)
            return (count(number) if number else ""), "blocked"
        case Tab.BATCH if isinstance(detail, RunDetail) and detail.batch is not None:
            of = "?" if detail.batch.total is None else count(detail.batch.total)
            return f"{count(detail.batch.done)}/{of}", "failed" if detail.batch.missing else "quiet"
        case Tab.ARTIFACTS:
            return count(len(detail.artifacts)), "quiet"
        case Tab.NOTES:
            warnings = warning_count(detail)
            return count(warnings or note_count(detail)), "blocked" if warnings else "quiet"
        case _:
            return "", ""
