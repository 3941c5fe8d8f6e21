"""A batch as a row of the room: what is shown of it, and the sentence that says why. Pure."""

from __future__ import annotations

from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import Acc, ErrorLogAcc, RunAcc, TryAcc
from odw_core.engines.scenario.names import ENGINE, file_of, named_ms
from odw_core.engines.scenario.signs import Sign
from odw_core.model.address import Address
from odw_core.model.batch import named_or_counted, scenarios
from odw_core.model.evidence import Facts
from odw_core.model.item import Item, Kind, Progress, State
from odw_core.state.derive import Reading, Standing, derive
from odw_core.text.ansi import one_line

_BAD_LEVELS = ("fail", "failed", "error")
_REFUSED = "preflight_failed"
_ENDS = {
    "completed": Standing.FINISHED,
    "max_scenarios": Standing.FINISHED,
    "fail_fast": Standing.BROKEN,
    "cancelled": Standing.STOPPED,
    "crashed": Standing.BROKEN,
    _REFUSED: Standing.HELD,
}
_BAD = ("FAILED", "NO_FILE")


def batch_item(acc: Acc, facts: Facts) -> Item:
    """The row of one log."""
    return error_log_item(acc) if isinstance(acc, ErrorLogAcc) else run_item(acc, facts)


def run_item(acc: RunAcc, facts: Facts) -> Item:
    """The row of one run log."""
    standing, raw = standing_of(acc)
    began_ms = acc.started_ms or acc.first_ms or named_ms(acc.item)
    last_ms = acc.last_ms or began_ms
    state, why, deadline = derive(Reading(standing, _why(acc, standing, raw), _seconds(last_ms)), facts)
    causes = diagnosis.causes(acc, is_given_up=state is State.STALE)
    broken = next((cause.sentence for cause in causes if not cause.is_warning), None)
    if state is State.FAILED and broken:
        why = f"{broken}; {why}"
    if state is State.STALE:
        stopped = [cause.sentence for cause in causes if cause.kind == Sign.STOPPED_EARLY]
        why = "; ".join((*stopped, why))
    if broken is None and standing in (Standing.BROKEN, Standing.HELD):
        broken = _why(acc, standing, raw)
    settled = standing not in (Standing.WORKING, Standing.STARTING)
    of = diagnosis.total(acc)
    now = working_on(acc)
    return Item(
        address=Address(ENGINE, acc.item),
        parent=None,
        kind=Kind.RUN,
        place=acc.place,
        title=title(acc),
        state=state,
        why=why,
        raw_state=raw,
        stage=_stage(acc, now, of),
        tasks=None if of is None else Progress(sum(one.status == diagnosis.OK for one in newest_tries(acc)), of),
        model=next((one.model_seen for one in reversed(acc.tries) if one.model_seen), None)
        or acc.model_expected
        or None,
        started_at=_seconds(began_ms),
        changed_at=_seconds(acc.finished_ms or last_ms),
        ended_at=_seconds(acc.finished_ms or last_ms) if settled else None,
        last_words=next((one.said for one in reversed(acc.tries) if one.said), ""),
        cause=broken,
        driver="scenario_batch",
        next_deadline=deadline,
    )


def error_log_item(acc: ErrorLogAcc) -> Item:
    """The row of one old error log. It is over: nobody writes such logs any more."""
    causes = [cause for cause in diagnosis.causes(acc, is_given_up=False) if not cause.is_warning]
    at = _seconds(named_ms(acc.item))
    standing = Standing.BROKEN if causes else Standing.FINISHED
    lines = f"{acc.lines:,} line{'' if acc.lines == 1 else 's'}"
    why = causes[0].sentence if causes else f"an error log of {lines}; nothing failed in it that is known"
    state, why, _ = derive(Reading(standing, why), Facts(now=0.0))
    return Item(
        address=Address(ENGINE, acc.item),
        parent=None,
        kind=Kind.RUN,
        place=acc.place,
        title=f"error log {acc.item.removeprefix('error-')}",
        state=state,
        why=why,
        raw_state="error log",
        stage=lines,
        started_at=at,
        changed_at=at,
        ended_at=at,
        last_words=acc.last_line,
        cause=causes[0].sentence if causes else None,
        driver="scenario_batch",
    )


def standing_of(acc: RunAcc) -> tuple[Standing, str]:
    """Where a run stands by its log alone, and its own word for that."""
    if acc.shape == "other":
        return Standing.FINISHED, "not a run log"
    if not acc.shape:
        return Standing.STARTING, "starting"
    bad = [one for one in newest_tries(acc) if one.status in _BAD]
    is_refused = acc.reason == _REFUSED or not is_forced(acc)
    if not acc.tries and _refusals(acc) and is_refused and acc.reason != "cancelled":
        return Standing.HELD, "preflight failed"
    if acc.has_end:
        reason = acc.reason or "ended"
        standing = _ENDS.get(reason, Standing.FINISHED)
        if standing is Standing.FINISHED and bad:
            return Standing.BROKEN, f"{reason}, with failures"
        if standing is Standing.FINISHED and diagnosis.is_stopped_early(acc, is_given_up=False):
            return Standing.BROKEN, f"{reason}, with unfinished scenarios"
        return standing, reason
    return Standing.WORKING, "running" if acc.tries else "preflight"


def is_forced(acc: RunAcc) -> bool:
    """Whether it was told to begin whatever the checks say."""
    return "--force" in acc.argv or "force=true" in acc.argv


def title(acc: RunAcc) -> str:
    """The scenario list's name, else the log's."""
    stem = acc.scenario_file.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".md")
    return one_line(stem, 120) or acc.item


def newest_tries(acc: RunAcc) -> list[TryAcc]:
    """The try that decides of every scenario, in the order of their numbers."""
    return [acc.tries[acc.newest[key]] for key in sorted(acc.newest, key=int)]


def working_on(acc: RunAcc) -> list[TryAcc]:
    """Scenarios that are at work by the log."""
    return diagnosis.unfinished(acc)


def _refusals(acc: RunAcc) -> list[str]:
    return [f"{check.name}: {check.detail}".removesuffix(": ") for check in acc.checks if check.level in _BAD_LEVELS]


def _stage(acc: RunAcc, now: list[TryAcc], of: int | None) -> str:
    if acc.shape != "ours":
        return ""
    if not acc.tries:
        return "preflight"
    if acc.has_end or not now:
        ended = len(acc.newest) - len(now)
        return f"{ended} of {of or '?'} scenarios"
    one = now[-1]
    more = f" and {len(now) - 1} more" if len(now) > 1 else ""
    return one_line(f"scenario {one.index}/{of or '?'} {one.title}{more}", 120)


def _why(acc: RunAcc, standing: Standing, raw: str) -> str:
    of = diagnosis.total(acc)
    tries = newest_tries(acc)
    bad = [one for one in tries if one.status in _BAD]
    wrote = f"{sum(one.status == diagnosis.OK for one in tries)} of {of or len(tries)} scenarios wrote their file"
    match standing:
        case Standing.STARTING:
            return "its log holds no record yet"
        case Standing.HELD:
            refusals = _refusals(acc)
            more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
            return f"preflight refused to start it: {refusals[0]}{more}"
        case Standing.WORKING:
            return f"{_stage(acc, working_on(acc), of)}{_so_far(acc, bad)}"
        case Standing.STOPPED:
            return f"a person stopped it; {wrote}"
        case Standing.BROKEN if raw == "crashed":
            return f"the runner crashed; {wrote}"
        case Standing.BROKEN:
            reached = "" if bad else f"; {scenarios([one.index for one in working_on(acc)])} did not end"
            ended = "it stopped at the first failure; " if raw == "fail_fast" else ""
            return f"{ended}{wrote}{_misses(bad)}{reached}"
        case _ if acc.shape == "other":
            return f"{file_of(acc.item)} is named like a run log and holds something else"
        case _:
            mild = [group for group in diagnosis.groups(acc) if group.is_warning]
            asides = f"; worth knowing: {diagnosis.sentence(mild[0])}" if mild else ""
            return f"{wrote}{asides}"


def _so_far(acc: RunAcc, bad: list[TryAcc]) -> str:
    """What went wrong while it is still at work, and why."""
    if not bad:
        return ""
    cause = next((one.sentence for one in diagnosis.causes(acc, is_given_up=False) if not one.is_warning), "")
    return f"; so far {_missed(bad)}{f': {cause}' if cause else ''}"


def _misses(bad: list[TryAcc]) -> str:
    return f"; {_missed(bad)}" if bad else ""


def _missed(bad: list[TryAcc]) -> str:
    said = []
    for status, words in (("FAILED", "failed"), ("NO_FILE", "left no file")):
        if indexes := [one.index for one in bad if one.status == status]:
            said.append(f"{named_or_counted(indexes)} {words}")
    return ", ".join(said)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
