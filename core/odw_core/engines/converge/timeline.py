"""The grid of a run: planning rounds × repos. A log may tell of rounds whose plans were not kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from odw_core.engines.converge.acc import LogFail, LogRepo, PlanAcc, RoundAcc, RunAcc
from odw_core.engines.converge.badge import (
    PROMPT_ONLY,
    badge_of,
    is_fallen_back,
    is_nobodys,
    is_written_by_codex,
    origin_of,
    why,
)
from odw_core.engines.converge.blockers import stops
from odw_core.engines.converge.causes import fail_cause
from odw_core.engines.converge.item import repos_asked
from odw_core.engines.converge.names import CONVERGED, FAILED, HITL, run_address
from odw_core.engines.converge.own_rounds import own_cells, reasons_in, told_of
from odw_core.engines.converge.repeats import STREAM as REPEATED
from odw_core.engines.converge.repeats import repeats_of
from odw_core.engines.converge.standing import began_at, local_time
from odw_core.model.detail import Attempt, Cell, Column, ColumnKind, Mark, Row
from odw_core.model.item import Item, State
from odw_core.text.ansi import one_line, plain

_MARKS = {"OK": Mark.DONE, HITL: Mark.NEEDS_OWNER, FAILED: Mark.FAILED}
_ROUNDS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Try:
    """One round of one repo: from the record, the log, or both."""

    repo: str
    round: int
    number: int
    """Counts the rounds of the repo that are known of, from 1."""
    plan: PlanAcc | None
    logged: LogRepo | None


def rounds_of(acc: RunAcc) -> list[RoundAcc]:
    """The rounds by the events, else as many as the log shows."""
    if acc.rounds or acc.log is None:
        return acc.rounds[:_ROUNDS_SHOWN]
    return [RoundAcc(number, None) for number in range(1, min(len(acc.log.rounds), _ROUNDS_SHOWN) + 1)]


def tries_of(acc: RunAcc) -> list[Try]:
    """Every try that is known of, repo by repo."""
    last = len(rounds_of(acc)) or 1
    logged: dict[tuple[str, int], LogRepo] = {}
    if acc.log is not None:
        # Several rounds were lost from the head of a cut log: the last one is the last one.
        shift = last - len(acc.log.rounds) if acc.has_record else 0
        for number, planning in enumerate(acc.log.rounds, 1 + shift):
            logged.update(((repo.repo, number), repo) for repo in planning.repos)
    plans = {plan.repo: plan for plan in acc.plans}
    found: list[Try] = []
    for repo in rows_of(acc):
        known = sorted({number for name, number in logged if name == repo} | ({last} if repo in plans else set()))
        for nth, number in enumerate(known, 1):
            plan = plans.get(repo) if number == last else None
            found.append(Try(repo, number, nth, plan, logged.get((repo, number))))
    return found


def rows_of(acc: RunAcc) -> list[str]:
    """Every repo that was asked for or planned, once."""
    logged = [repo.repo for planning in acc.log.rounds for repo in planning.repos] if acc.log is not None else []
    return [*dict.fromkeys((*repos_asked(acc), *(plan.repo for plan in acc.plans), *logged))]


def columns(acc: RunAcc, item: Item) -> tuple[Column, ...]:
    """One column a round, with why it began and why it ended."""
    rounds = rounds_of(acc)
    return tuple(_column(acc, item, rounds, at) for at in range(len(rounds)))


def _column(acc: RunAcc, item: Item, rounds: list[RoundAcc], at: int) -> Column:
    one, is_last = rounds[at], at == len(rounds) - 1
    began, ended = _span(acc, item, at, len(rounds))
    return Column(
        key=f"round-{at + 1}",
        kind=ColumnKind.ROUND,
        title=f"round {one.number}",
        mark=_column_mark(acc, item, one, is_last=is_last),
        note=_column_note(acc, one, is_last=is_last),
        started_at=began,
        ended_at=ended,
        why=f"{_why_began(acc, rounds, at)}; {why_ended(acc, item, one, is_last=is_last)}",
    )


def _column_mark(acc: RunAcc, item: Item, one: RoundAcc, *, is_last: bool) -> Mark:
    if is_last and not acc.has_record:
        return Mark.RUNNING if item.state is State.RUNNING else Mark.UNFINISHED
    if one.status == HITL:
        is_waiting = is_last and item.state is State.WAITING
        return Mark.WAITING if is_waiting else Mark.NEEDS_OWNER if is_last else Mark.REJECTED
    if one.status == CONVERGED and is_last and not acc.told and any(map(is_nobodys, acc.plans)):
        # They agree on what nobody planned.
        return Mark.FALLBACK
    return {CONVERGED: Mark.DONE, FAILED: Mark.FAILED}.get(one.status or "", Mark.UNFINISHED)


def _column_note(acc: RunAcc, one: RoundAcc, *, is_last: bool) -> str:
    if (told := told_of(acc, one.number)) is not None:
        count = len(reasons_in(acc, told))
        return f"{count} blocker{'' if count == 1 else 's'}" if count else one_line(told.status, 40).lower()
    if is_last and acc.has_record:
        found = stops(acc)
        return f"{len(found)} blocker{'' if len(found) == 1 else 's'}" if found else one_line(one.status or "", 40)
    said = [one_line(one.status or "", 40)] if one.status else []
    if one.issues:
        said.append(f"{one.issues} issue{'' if one.issues == 1 else 's'}")
    return ", ".join(said)


def _why_began(acc: RunAcc, rounds: list[RoundAcc], at: int) -> str:
    if at == 0:
        return "started because every run has a first round"
    before = rounds[at - 1]
    if (told := told_of(acc, before.number)) is not None:
        count = len(told.answers)
        if count:
            return f"started because a person answered {count} question{'' if count == 1 else 's'}"
        return f"started because of what round {before.number} found"
    issues = f" with {before.issues} contract issue{'' if before.issues == 1 else 's'}" if before.issues else ""
    return f"started because round {before.number} ended {one_line(before.status or 'without a status', 40)}{issues}"


def why_ended(acc: RunAcc, item: Item, one: RoundAcc, *, is_last: bool) -> str:
    """Why a round was the last one, or was not."""
    told = told_of(acc, one.number)
    if told is not None and told.ways:
        return "; ".join(plain(why) for _, why in told.ways if why)
    if not is_last:
        return "stopped to plan again: the ceiling was not reached"
    if not acc.has_record:
        return "still planning" if item.state is State.RUNNING else "nothing says how it ended"
    if one.status == CONVERGED:
        return "stopped because all repos agree"
    if one.status == FAILED:
        return "stopped because a plan failed; a failure is never planned again"
    if one.is_interrupt or acc.pauses or acc.decision is not None:
        return "stopped to pause for a person"
    if one.status == HITL and acc.max_rounds is not None and one.number >= acc.max_rounds:
        return f"stopped at the ceiling of {acc.max_rounds} round{'' if acc.max_rounds == 1 else 's'}"
    return f"stopped with {one_line(one.status or 'no status', 40)}"


def _span(acc: RunAcc, item: Item, at: int, count: int) -> tuple[float | None, float | None]:
    log = acc.log
    if log is not None and len(log.rounds) == count:
        began = local_time(log, log.rounds[at].began)
        if at + 1 < count:
            return began, local_time(log, log.rounds[at + 1].began)
        ends = [repo.ended for repo in log.rounds[at].repos]
        return began, local_time(log, ends[-1]) if ends and all(ends) else item.ended_at
    return began_at(acc) if at == 0 else None, item.ended_at if at == count - 1 else None


def cells(acc: RunAcc, item: Item) -> tuple[Cell, ...]:
    """What is known of each repo in each round; nothing is claimed of plans that nobody kept."""
    tried = tuple(_cell(acc, item, one) for one in tries_of(acc))
    return _own_cells(acc, tried) if acc.told else tried


def _own_cells(acc: RunAcc, tried: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Runs of ours keep the plans of every round; of the last one the files can be opened as well."""
    attempts = {(one.row, one.column): one.attempts for one in tried}
    return tuple(
        Cell(plan.repo, f"round-{told.number}", mark, note, attempts.get((plan.repo, f"round-{told.number}"), ()))
        for told in acc.told
        for plan, mark, note in own_cells(acc, told)
    )


def _cell(acc: RunAcc, item: Item, one: Try) -> Cell:
    return Cell(one.repo, f"round-{one.round}", _mark(item, one), _note(acc, one), (_attempt(acc, item, one),))


def _mark(item: Item, one: Try) -> Mark:
    """The mark of its cell: a plan that no agent gave is nobody's, whatever the record says of it."""
    mark = _own_word(item, one)
    if one.plan is not None and origin_of(one.plan) == PROMPT_ONLY and mark is Mark.DONE:
        return Mark.SKIPPED
    is_nobody = is_nobodys(one.plan) if one.plan is not None else one.logged is not None and _is_lost(one.logged)
    return Mark.FALLBACK if is_nobody and mark is Mark.DONE else mark


def _is_lost(logged: LogRepo) -> bool:
    """Whether the plan that was not kept came from no agent."""
    return bool(logged.ended) and is_fallen_back(logged)


def _own_word(item: Item, one: Try) -> Mark:
    status = one.plan.status if one.plan is not None else one.logged.status if one.logged is not None else ""
    if status:
        return _MARKS.get(status, Mark.DONE)
    return Mark.RUNNING if item.state is State.RUNNING else Mark.UNFINISHED


def _note(acc: RunAcc, one: Try) -> str:
    if one.plan is not None:
        return badge_of(acc, one.plan).words
    if one.logged is not None and one.logged.ended:
        return why(one.logged.fails) if one.logged.fails else "plan not kept"
    return ""


def _attempt(acc: RunAcc, item: Item, one: Try) -> Attempt:
    plan, logged, log = one.plan, one.logged, acc.log
    fails = logged.fails if logged is not None else []
    said = one_line(plan.summary, 400) if plan is not None else why(fails) if fails else ""
    began = local_time(log, logged.began) if log is not None and logged is not None else None
    ended = local_time(log, logged.ended) if log is not None and logged is not None else None
    is_codex = plan is not None and is_written_by_codex(plan)
    has_failed = not is_codex and logged is not None and is_fallen_back(logged)
    provider = plan.provider if plan is not None else logged.provider if logged is not None else ""
    return Attempt(
        address=run_address(acc.item).child(one.repo, str(one.number)),
        number=one.number,
        mark=Mark.FAILED if has_failed else _mark(item, one),
        started_at=began,
        ended_at=ended,
        runtime=one_line(provider, 40),
        model=one_line(_model(plan, fails), 120) or None,
        session=None,
        tokens=None,
        files=(),
        summary=said,
        error=None if is_codex or not fails else _error(acc, fails),
        streams=streams_of(acc, one),
    )


def _model(plan: PlanAcc | None, fails: list[LogFail]) -> str:
    """Which model answered, or the first that did not; empty when nobody says."""
    named = plan.model if plan is not None else None
    return named or next((fail.model for fail in fails if fail.model), "")


def _error(acc: RunAcc, fails: list[LogFail]) -> str:
    """What is known of the cause and the line that says so, then every call's record, whole."""
    causes = [fail_cause(acc.log, fail) for fail in fails] if acc.log is not None else []
    said = [cause.sentence for cause in causes if cause is not None]
    proofs = [cause.proof.text for cause in causes if cause is not None and cause.proof is not None]
    return plain("\n".join(dict.fromkeys((*said, *proofs, *(fail.text for fail in fails)))))


def streams_of(acc: RunAcc, one: Try) -> tuple[str, ...]:
    """What can be opened of a try, the most telling first."""
    plan = one.plan
    has_tail = one.logged is not None and bool(one.logged.fails)
    found = []
    if plan is not None:
        found += ["plan", *(["prompt"] if plan.prompt else []), *(["stdout"] if plan.has_stdout else [])]
    if has_tail or (plan is not None and plan.has_stderr):
        found.append("stderr")
    if repeats_of(acc, one.repo, one.round):
        found.append(REPEATED)
    return (*found, "log") if one.logged is not None else tuple(found)


def grid_rows(acc: RunAcc) -> tuple[Row, ...]:
    """One row a repo."""
    return tuple(Row(repo, one_line(repo, 120) or "(a repo without a path)", "task") for repo in rows_of(acc))
