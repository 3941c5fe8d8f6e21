"""Where a session stands by its transcript alone, in the words of the Codex reference (§4). Pure."""

from __future__ import annotations

from enum import StrEnum

from odw_core.engines.codex.acc import CallAcc, SessionAcc
from odw_core.engines.codex.names import COMMAND_TOOLS, PATCH_TOOL, QUESTION_TOOL
from odw_core.model.evidence import Facts


class Status(StrEnum):
    """What a session would be if somebody still writes it."""

    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    WAITING_INPUT = "waiting_input"
    WAITING_APPROVAL = "waiting_approval"
    RUNNING = "running"


def status_of(acc: SessionAcc) -> Status:
    """The status; it never depends on a lock or on the time."""
    if not is_open(acc):
        if acc.end == "aborted":
            return Status.INTERRUPTED
        return Status.FAILED if acc.end and acc.error is not None else Status.DONE
    if asking_calls(acc):
        return Status.WAITING_INPUT
    return Status.WAITING_APPROVAL if approval_calls(acc) else Status.RUNNING


def status_now(acc: SessionAcc, facts: Facts) -> Status:
    """The status as a server that has it loaded says; by the transcript where none does."""
    status, word = status_of(acc), facts.server
    if word is None:
        return status
    if word.is_asking:
        return status if status is Status.WAITING_INPUT else Status.WAITING_APPROVAL
    if word.is_active:
        # What looks like an open approval was given; what looks over has begun again.
        return Status.RUNNING
    if word.is_broken:
        return Status.FAILED
    return Status.DONE if is_open(acc) else status


def is_abandoned(acc: SessionAcc, facts: Facts) -> bool:
    """Whether its writer went away in the middle of a turn."""
    return is_open(acc) and facts.alive is False and facts.server is None


def is_open(acc: SessionAcc) -> bool:
    """Whether a turn goes on. Versions that mark no turns end one with the agent's words."""
    if acc.turns or acc.end:
        return acc.is_open
    return not acc.ends_with_agent


def asking_calls(acc: SessionAcc) -> dict[str, CallAcc]:
    """Pending calls that ask a person something."""
    return {key: call for key, call in acc.calls.items() if call.name == QUESTION_TOOL}


def approval_calls(acc: SessionAcc) -> dict[str, CallAcc]:
    """Pending calls that most likely wait for an approval: an approved one looks the same until it ends."""
    return {key: call for key, call in acc.calls.items() if _wants_approval(acc, call)}


def _wants_approval(acc: SessionAcc, call: CallAcc) -> bool:
    if acc.approval_policy == "never":
        return False
    if call.name in COMMAND_TOOLS:
        return call.is_escalated or acc.approval_policy == "untrusted"
    return call.name == PATCH_TOOL and acc.sandbox == "read-only"


def turns_of(acc: SessionAcc) -> int:
    """Turns, those that compact included; prompts where no turns are marked."""
    return acc.turns or acc.prompts


def commands_of(acc: SessionAcc) -> tuple[int, int]:
    """(finished commands, those that failed)."""
    if acc.commands or acc.format == "paginated":
        return acc.commands, acc.failed_commands
    return acc.outputs, acc.failed_outputs
