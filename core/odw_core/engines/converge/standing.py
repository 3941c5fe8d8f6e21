"""Where a run or task stands, and why, as one reading; ``state/derive`` makes a state of it. Pure."""

from __future__ import annotations

from typing import NamedTuple

from odw_core.engines.converge.acc import LogAcc, RunAcc, TaskAcc, TaskRow
from odw_core.engines.converge.badge import origin_of
from odw_core.engines.converge.blockers import Stop, stops
from odw_core.engines.converge.causes import crash_words
from odw_core.engines.converge.names import CONVERGED, FAILED, HITL, row_time, short, stamp_time, task_address
from odw_core.engines.converge.records import stored_questions
from odw_core.engines.converge.saved_log import is_crashed
from odw_core.engines.converge.ties import Tie, Tied, run_of, task_of
from odw_core.model.evidence import Facts
from odw_core.state.derive import Reading, Standing
from odw_core.text.ansi import one_line

_SETTLED_S = 5.0
"""How long after its last write a run may still be written: upstream writes everything in one burst."""
_CLOCKS_S = 60.0
"""How far the clock of a file system may be ahead of ours."""
NO_ARTIFACTS = "no artifacts (crashed, paused or still planning)"
PAUSED_LOST = "paused for a person, cannot be resumed: run it again with the answer in its goal"
NOT_RECOMPUTED = "upstream does not recompute the status after an answer"


GOES_ON = "odw:{} goes on with it; nobody is asked here any more"


class Stand(NamedTuple):
    """A reading, the engine's own word, and whether it is a guess."""

    reading: Reading
    raw: str
    is_inferred: bool = False


def began_at(acc: RunAcc) -> float | None:
    """Unix seconds of its start: the folder's name is the only place that says."""
    return stamp_time(acc.item)


def local_time(log: LogAcc, at: str) -> float | None:
    """Unix seconds of a time in a saved log."""
    found = row_time(at) if at else None
    return None if found is None else found - log.zone_s


def raw_state(acc: RunAcc) -> str:
    """``run.json``'s word, else ``partial`` or ``empty``."""
    if acc.has_record:
        return acc.status or "no status"
    return "partial" if acc.files or acc.is_torn or acc.has_constraints else "empty"


def written_at(acc: RunAcc, now: float) -> float | None:
    """When the newest file was written; None when the file system's clock cannot be right."""
    at = acc.written_at
    return at if at is not None and at <= now + _CLOCKS_S else None


def stand_of(acc: RunAcc, facts: Facts) -> Stand:
    """The reading of a run."""
    raw = raw_state(acc)
    tied = task_of(acc)
    if acc.has_record:
        return Stand(_complete(acc, tied), raw)
    if raw == "partial":
        return Stand(_partial(acc, facts), raw)
    if tied is not None and (reading := _of_task(acc, tied)) is not None:
        return Stand(reading, raw, tied.how is not Tie.FOLDER)
    if acc.log is not None:
        return Stand(_logged(acc, acc.log, facts), raw, not acc.log.is_certain)
    return Stand(_unlogged(acc, facts), raw, True)


def _complete(acc: RunAcc, tied: Tied | None) -> Reading:
    plans = f"{len(acc.plans)} plan{'' if len(acc.plans) == 1 else 's'}"
    rounds = f"round {acc.round or '?'} of {acc.max_rounds or '?'}"
    match acc.status:
        case "CONVERGED":
            guessed = sum(origin_of(plan) == "heuristic" for plan in acc.plans)
            doubt = f"; {guessed} of them by a heuristic, not by Codex" if guessed else ""
            return Reading(Standing.FINISHED, f"all repos agree after {rounds}: {plans}{doubt}")
        case "HITL_REQUIRED":
            return _needs_a_person(acc, tied)
        case "FAILED":
            failed = [plan.repo for plan in acc.plans if plan.status == FAILED]
            names = one_line(", ".join(failed), 200)
            said = f"the plan of {names} failed" if failed else f"it failed in {rounds}"
            return Reading(Standing.BROKEN, said)
    return Reading(Standing.HELD, f"run.json gives no status that is known: {one_line(acc.status, 60) or 'none'}")


def _needs_a_person(acc: RunAcc, tied: Tied | None) -> Reading:
    found = stops(acc)
    said = stop_words(found) or "a person is required, and nothing says why"
    if acc.native:
        # What is left open is asked by the run of ours that wrote it, or was left so by a person there.
        return Reading(Standing.HELD, said)
    if acc.decision is not None:
        said = f"{said}; a person has decided, but {NOT_RECOMPUTED}"
    if (adopter := _adopter(acc, tied)) is not None:
        return Reading(Standing.STOPPED, GOES_ON.format(one_line(adopter, 60)))
    is_asking = any(stop.kind == "question" for stop in found)
    if tied is not None:
        after = _after(acc, tied)
        if after is not None:
            return Reading(*after)
        is_asking = is_asking or bool(stored_questions(tied.row.questions)[2])
    return Reading(Standing.ASKING if is_asking else Standing.HELD, said)


def _adopter(acc: RunAcc, tied: Tied | None) -> str | None:
    """The run of ours that goes on with it, or with its task."""
    return acc.adopted.get(acc.item) or (None if tied is None else acc.adopted.get(task_address(tied.row.id).item))


def adopter_of_task(acc: TaskAcc) -> str | None:
    """The run of ours that goes on with a task, or with its run."""
    row = acc.row
    return None if row is None else acc.adopted.get(task_address(row.id).item) or acc.adopted.get(run_of(row))


def _after(acc: RunAcc, tied: Tied) -> tuple[Standing, str] | None:
    """What the task says of a run that needed a person; None while it still does."""
    row = tied.row
    named = f"task {short(row.id)}"
    later = run_of(row)
    if row.status == "CANCELLED":
        return Standing.STOPPED, f"{named} was cancelled; nobody is asked any more"
    if later != acc.item and (stamp_time(later) or 0.0) > (began_at(acc) or 0.0):
        return Standing.STOPPED, f"{named} went on in run {one_line(later, 40)}"
    if row.status in ("PENDING", "CLAIMED", "RUNNING"):
        return Standing.STOPPED, f"{named} was answered and goes on"
    if row.status == "SUCCEEDED":
        return Standing.FINISHED, f"{named} succeeded"
    if row.status == FAILED:
        return Standing.STOPPED, f"{named} failed later"
    return None


def stop_words(found: list[Stop]) -> str:
    """What stops a run in a sentence, questions first."""
    asked = [stop for stop in found if stop.kind == "question"]
    missing = [stop for stop in found if stop.kind == "missing_repo"]
    issues = [stop for stop in found if stop.kind == "contract_issue"]
    said = []
    if asked:
        first = f"{asked[0].repo}: {asked[0].text}" if asked[0].repo else asked[0].text
        number = "1 question waits" if len(asked) == 1 else f"{len(asked)} questions wait"
        said.append(f"{number} for you: {one_line(first, 200)}")
    if missing:
        names = one_line(", ".join(stop.repo or "?" for stop in missing), 120)
        said.append(
            f"{'repo' if len(missing) == 1 else 'repos'} {names} {'is' if len(missing) == 1 else 'are'} missing"
        )
    if issues:
        number = "1 contract issue" if len(issues) == 1 else f"{len(issues)} contract issues"
        said.append(f"{number}: {one_line(issues[0].text, 200)}")
    said += [stop.text for stop in found if stop.kind == "empty_split"]
    return "; ".join(said)


def _partial(acc: RunAcc, facts: Facts) -> Reading:
    torn = "run.json does not parse" if acc.is_torn else "run.json is missing"
    files = f"{len(acc.files)} file{'' if len(acc.files) == 1 else 's'}"
    last = written_at(acc, facts.now) or began_at(acc)
    if last is not None and facts.now < last + _CLOCKS_S and facts.alive is not False:
        return Reading(Standing.WORKING, "it is writing its files", last)
    return Reading(Standing.ABANDONED, f"partial: {files}, but {torn}")


def _of_task(acc: RunAcc, tied: Tied) -> Reading | None:
    """What the task says of a run without files."""
    row = tied.row
    named = f"task {short(row.id)}"
    if run_of(row) == acc.item and row.status == HITL:
        asked = "asks" if stored_questions(row.questions)[2] else "waits"
        return Reading(Standing.ASKING, f"paused for a person: {named} {asked}")
    if row.status in ("RUNNING", "CLAIMED") and tied.how in (Tie.FOLDER, Tie.CLAIM):
        return None
    first = run_of(row)
    if first and first != acc.item and (stamp_time(first) or 0.0) < (began_at(acc) or 0.0):
        where = f"its files are in run {one_line(first, 40)}"
        return Reading(Standing.STOPPED, f"a resume attempt of {named}; {where}")
    if row.status == FAILED:
        error = one_line(row.last_error, 200)
        return Reading(Standing.BROKEN, f"{named} failed{f': {error}' if error else ''}")
    if row.status == "CANCELLED":
        return Reading(Standing.STOPPED, f"{named} was cancelled")
    if first and first != acc.item:
        return Reading(Standing.STOPPED, f"an earlier attempt of {named}; it went on in run {one_line(first, 40)}")
    return None


def _logged(acc: RunAcc, log: LogAcc, facts: Facts) -> Reading:
    """What a saved log says of a run without files."""
    if log.is_aborted:
        return Reading(Standing.STOPPED, "a person stopped it before it wrote anything")
    if is_crashed(log) and not facts.alive:
        return Reading(Standing.BROKEN, f"crashed: {crash_words(log)}")
    if log.status == HITL:
        return Reading(Standing.HELD, PAUSED_LOST)
    if log.status in (CONVERGED, FAILED):
        standing = Standing.BROKEN if log.status == FAILED else Standing.ABANDONED
        return Reading(standing, f"no artifacts, though its log says {log.status}")
    last = local_time(log, log.last_at) or began_at(acc)
    if log.is_over or _is_old(last, facts):
        line = one_line(log.last_line.rpartition(" - ")[2], 160)
        return Reading(Standing.ABANDONED, f"{NO_ARTIFACTS}; its log ends with: {line}")
    return Reading(Standing.WORKING, log_stage(log), None if facts.alive else last)


def log_stage(log: LogAcc) -> str:
    """What a run does by the last words of its log."""
    if not log.rounds:
        return "proposing who does what"
    number, planning = len(log.rounds), log.rounds[-1]
    open_repo = next((one.repo for one in reversed(planning.repos) if not one.ended), None)
    if open_repo is not None:
        return f"planning {one_line(open_repo, 60)}, round {number}"
    done = len(planning.repos)
    return f"{done} of {len(log.repos) or '?'} repos planned, round {number}"


def _unlogged(acc: RunAcc, facts: Facts) -> Reading:
    """A run without files, task or log: only the clock and the processes tell."""
    began = began_at(acc)
    said = "planning; upstream writes every file at the end"
    if facts.alive:
        return Reading(Standing.WORKING, f"{said}; its process lives")
    if facts.alive is False or began is None or _is_old(began, facts):
        gone = "; no converge process of that time works here" if facts.alive is False else ""
        return Reading(Standing.ABANDONED, f"{NO_ARTIFACTS}{gone}")
    return Reading(Standing.WORKING, said, began)


def _is_old(at: float | None, facts: Facts) -> bool:
    return not facts.alive and (at is None or facts.now >= at + facts.silent_after_s or facts.alive is False)


def is_settled(acc: RunAcc, facts: Facts) -> bool:
    """Whether nothing more is expected to be written: run.json is not the last of the files."""
    return acc.has_record and settles_at(acc, facts) is None


def settles_at(acc: RunAcc, facts: Facts) -> float | None:
    """When a run that may still be written is taken for whole; None when it is, or when nobody can tell."""
    last = written_at(acc, facts.now)
    # A run of ours puts its folder there as a whole.
    if last is None or not acc.has_record or acc.native or facts.now >= last + _SETTLED_S:
        return None
    return last + _SETTLED_S


def task_stand(row: TaskRow, facts: Facts, *, has_runs: bool) -> Stand:
    """The reading of a task."""
    updated = row_time(row.updated_at) or row_time(row.created_at)
    match row.status:
        case "PENDING":
            again = "answered or tried again; " if row.resolution or row.attempts or has_runs else ""
            return Stand(Reading(Standing.STOPPED, f"{again}no worker took it yet"), row.status)
        case "CLAIMED" | "RUNNING":
            said = "a worker took it" if row.status == "CLAIMED" else "a worker runs it"
            return Stand(Reading(Standing.WORKING, said, None if facts.alive else updated), row.status)
        case "HITL_REQUIRED":
            plain, pause, count = stored_questions(row.questions)
            if count == 0:
                return Stand(
                    Reading(Standing.HELD, "a person is required, and it asks nothing; its run says why"), HITL
                )
            first = plain[0] if plain else f"how should round {pause.rounds[0] if pause else '?'} go on?"
            number = "1 question waits" if count == 1 else f"{count} questions wait"
            said = f"{number} for you: {one_line(first, 200)}"
            if row.resolution:
                said = f"{said}; an answer is stored already, and {NOT_RECOMPUTED}"
            return Stand(Reading(Standing.ASKING, said), row.status)
        case "FAILED":
            tries = f"after {row.attempts} attempt{'' if row.attempts == 1 else 's'}"
            error = one_line(row.last_error, 200)
            return Stand(Reading(Standing.BROKEN, f"failed {tries}{f': {error}' if error else ''}"), row.status)
        case "SUCCEEDED":
            return Stand(Reading(Standing.FINISHED, "it succeeded"), row.status)
        case "CANCELLED":
            return Stand(Reading(Standing.STOPPED, "it was cancelled; nobody is asked any more"), row.status)
    return Stand(Reading(Standing.HELD, f"its status is not known: {one_line(row.status, 60) or 'none'}"), row.status)
