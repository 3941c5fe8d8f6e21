"""What a run must be shown as, in the words of the ODW reference §1.3: one table, first match wins."""

from __future__ import annotations

from enum import StrEnum

from odw_core.engines.odw.acc import NodeAcc, RunAcc


class ShowAs(StrEnum):
    """The engine's own words; ``raw_state`` of an item."""

    STARTING = "starting"
    ABANDONED = "abandoned folder"
    RUNNING = "running"
    ORPHANED = "orphaned"
    NEEDS_INPUT = "needs input"
    NEEDS_OWNER = "needs owner decision"
    REJECTED = "rejected, nothing landed"
    LANDED_UNVERIFIED = "landed but verification failed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    COMPLETED = "completed"


_VERIFY_CATEGORIES = ("verification_failed", "verification_mutated_worktree")


def show_as(acc: RunAcc, alive: bool | None) -> ShowAs:
    """``alive`` says whether the process in the run id lives and is odw; None where nobody can know."""
    if not acc.has_record:
        return ShowAs.STARTING if alive else ShowAs.ABANDONED
    status = acc.final_status
    if status not in ("completed", "failed") and not acc.has_exit:
        if acc.native.asked:
            return ShowAs.NEEDS_INPUT
        return ShowAs.ORPHANED if alive is False or stands_still(acc) else ShowAs.RUNNING
    if status == "completed":
        return ShowAs.COMPLETED
    return _ended_badly(acc)


def stands_still(acc: RunAcc) -> bool:
    """Whether a run that it started has no driver any more: it is driven itself, and what it waits for goes on with
    nobody."""
    return acc.native.campaign is not None and any(one.is_left for one in acc.native.campaign.repos.values())


def _ended_badly(acc: RunAcc) -> ShowAs:
    if acc.native.cancelled_by is not None:
        return ShowAs.INTERRUPTED
    if any(waiting_nodes(acc)):
        return ShowAs.NEEDS_INPUT
    result = acc.outcome
    if result is not None:
        if result.decision == "needs_owner":
            return ShowAs.NEEDS_OWNER
        if result.decision == "reject" and not result.has_error:
            return ShowAs.REJECTED
        if result.landed_ok and result.category in _VERIFY_CATEGORIES:
            return ShowAs.LANDED_UNVERIFIED
    if acc.has_exit and acc.exit_code is None:
        return ShowAs.INTERRUPTED
    return ShowAs.FAILED


def waiting_nodes(acc: RunAcc) -> list[NodeAcc]:
    """Nodes whose agent asked a person and got no answer, as long as the run did not go on past them."""
    if acc.final_status == "completed" or (acc.outcome is not None and acc.outcome.ok):
        return []
    last_phase = acc.phases[-1].index if acc.phases else 0
    return [node for node in asking_nodes(acc) if node.done_index > last_phase]


def asking_nodes(acc: RunAcc) -> list[NodeAcc]:
    """Nodes that ended with a question, whether or not the run went on. Some executors call that a success."""
    return [
        node for node in acc.nodes.values() if node.outcome is not None and node.outcome.state == "waiting_for_user"
    ]
