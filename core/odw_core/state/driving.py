"""Driving: what can be wished for a run or session, and why not. Pure; the executor decides again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State

NATIVE = "odw-tui"
"""``Item.driver`` of runs that we started ourselves."""
UPSTREAM = "odw"
"""``Item.driver`` of runs of somebody else's odw."""
CONVERGE = "converge"
"""``Item.driver`` of runs and tasks of Converge."""
_NOT_ODW = "Only a run of odw or Converge can be adopted."
_BATCHES, _ERROR_LOG = "scenario", "error log"
_LANDED = "landed but verification failed"
_AT_WORK = (State.RUNNING, State.WAITING)


class Wish(StrEnum):
    """What a person may want of something that is there."""

    SAY = "say"
    QUEUE = "queue"
    INTERRUPT = "interrupt"
    CANCEL = "cancel"
    RESUME = "resume"
    FORK = "fork"
    RERUN = "rerun"
    RENAME = "rename"
    ARCHIVE = "archive"
    COMMIT = "commit"
    PIN = "pin"
    ADOPT = "adopt"
    REPEAT = "repeat"
    CARRY_OUT = "carry_out"


def driven(item: Item, items: Mapping[Address, Item]) -> Item:
    """Who takes the wish: the run of ours that a session belongs to while that is at work, else the item itself. A run
    of a campaign is a run of ours."""
    if item.driver == NATIVE:
        return item
    run = items.get(item.parent) if item.parent is not None else None
    return run if run is not None and run.driver == NATIVE and run.state in (*_AT_WORK, State.STALE) else item


def why_not(wish: Wish, item: Item) -> str | None:
    """Why ``wish`` cannot be carried out for ``item`` (one that ``driven`` gave), as a sentence; None when it can."""
    is_session = item.address.engine == "codex" and item.kind is Kind.SESSION
    is_native = item.driver == NATIVE
    if item.driver == UPSTREAM:
        return _why_not_upstream(wish, item)
    if wish is Wish.REPEAT and item.driver != CONVERGE:
        return "Only calls that Converge made can be repeated."
    if wish is Wish.CARRY_OUT:
        return _why_no_plans(item)
    if item.driver == CONVERGE:
        return _why_not_converge(wish, item)
    if wish is Wish.ADOPT:
        return "It is one of ours already; it can be resumed or run again." if is_native else _NOT_ODW
    if wish is Wish.RERUN and item.address.engine == _BATCHES:
        return "An old error log says of no batch what it was." if item.raw_state == _ERROR_LOG else None
    if not (is_session or is_native):
        return f"Only {item.driver or item.address.engine} itself can do that to a run of its own."
    at_work = item.state in _AT_WORK
    match wish:
        case Wish.SAY | Wish.QUEUE | Wish.INTERRUPT:
            if not at_work:
                return "It is not at work; going on with it, or a fork, says something to it."
            if is_session and not item.is_attached:
                return "Only the program that runs this session can take that; it is not one of ours."
            if item.is_deaf and wish is not Wish.INTERRUPT:
                return "This run takes no words while it works; it can be interrupted, cancelled, or run again."
        case Wish.CANCEL:
            if is_session:
                return "This session is not one of ours; its own program ends it."
            if not at_work and item.state is not State.STALE:
                return "It is over already."
        case Wish.RESUME:
            if at_work:
                return "It is at work; say something to it instead."
            if is_native and item.state is not State.STALE:
                return "It is over; its session can be gone on with, or the run started again."
        case Wish.FORK | Wish.RENAME:
            if not is_session:
                return "Only a session can be that; open one of this run."
        case Wish.ARCHIVE:
            if not is_session:
                return "Only a session can be archived; open one of this run."
            if at_work:
                return "It is at work; it can be archived once it is over."
        case Wish.COMMIT:
            if not is_native:
                return "Only a run lands something that could be committed; this is a session."
            if at_work or item.state is State.STALE:
                return "It is not over; what it lands can be committed once it is."
        case Wish.PIN:
            if not is_native:
                return "Only runs that were started here are ever taken away, so only they can be pinned."
        case Wish.RERUN:
            pass
    return None


def _why_no_plans(item: Item) -> str | None:
    if item.driver not in (NATIVE, CONVERGE) or item.address.item.startswith("task-"):
        return "Only a run over several repositories makes plans that could be carried out."
    at_work = item.state in (*_AT_WORK, State.STALE) and item.driver == NATIVE
    return "It is not over; its plans can be carried out once it is." if at_work else None


def _why_not_upstream(wish: Wish, item: Item) -> str | None:
    # A question that is left is no work: its run is over.
    is_running = item.state is State.RUNNING
    match wish:
        case Wish.CANCEL:
            return None if is_running else "It is over already."
        case Wish.RESUME | Wish.ADOPT if is_running:
            return "It is at work; wait for its end, or cancel it."
        case Wish.RESUME | Wish.ADOPT if item.state is State.DONE or item.raw_state == _LANDED:
            return "It is done; there is nothing to go on with."
        case Wish.RESUME | Wish.ADOPT | Wish.RERUN:
            return None
        case _:
            return "Only odw itself can do that to a run of its own."


def _why_not_converge(wish: Wish, item: Item) -> str | None:
    is_task = item.address.item.startswith("task-")
    at_work = item.state is State.RUNNING
    match wish:
        case Wish.ADOPT if at_work:
            return "It is at work; wait for its end."
        case Wish.ADOPT if item.state is State.DONE:
            return "It converged; there is nothing to go on with, but it can be run again."
        case Wish.REPEAT if is_task:
            return "A task has no plans of its own; open one of its runs."
        case Wish.REPEAT if at_work:
            return "It is at work; its calls can be repeated once it is over."
        case Wish.CANCEL if not is_task:
            return "Only Converge itself can end a run of its own; ctrl+c in its terminal does."
        case Wish.CANCEL if item.state in (State.DONE, State.FAILED):
            return "It is over already."
        case Wish.ADOPT | Wish.RERUN | Wish.REPEAT | Wish.CANCEL:
            return None
        case _:
            return "Only Converge itself can do that to a run of its own."
