"""Where a session stands by its transcript alone, in the words of the Codex reference (§4). Pure."""

from __future__ import annotations

from enum import StrEnum

from odw_core.engines.codex.acc import CallAcc, SessionAcc
from odw_core.engines.codex.names import COMMAND_TOOLS, PATCH_TOOL, QUESTION_TOOL


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
