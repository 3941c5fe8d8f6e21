"""Why a run failed, from whatever it printed: reads every text once and chooses one cause. Pure, never raises.

The order of the sources and of the rows decides, as the reference of Codex tells it; what follows from a failure or
stands in healthy runs too is no cause.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from odw_core.diagnose.findings import Findings, Hit, event_hit, name_lookup_hit
from odw_core.diagnose.matching import make_cause, shown
from odw_core.diagnose.reading import look_everywhere, read, read_stdout
from odw_core.diagnose.records import End, Rank
from odw_core.diagnose.signatures import (
    CASCADES,
    DNS,
    NOT_FOUND,
    OK,
    SCHEMA_MISMATCH,
    STOPPED,
    TABLE,
    UNKNOWN,
    UNREACHABLE,
    Ends,
)
from odw_core.diagnose.sources import Source
from odw_core.model.cause import Cause, Explanation, Proof

__all__ = ["Source", "explain"]

_KILLED = (130, 137, 143)

_ROWS = range(len(TABLE))
_FAILING = tuple(row for row in _ROWS if TABLE[row].ends is Ends.FAILS and not TABLE[row].is_last_resort)
_FINE = tuple(row for row in _ROWS if TABLE[row].ends is Ends.FINE and not TABLE[row].is_warning)
_LAST_RESORTS = tuple(row for row in _ROWS if TABLE[row].is_last_resort)
_WARNINGS = tuple(row for row in _ROWS if TABLE[row].is_warning)


def explain(
    texts: Sequence[Source],
    *,
    stdout: Source | None = None,
    exit_code: int | None = None,
    expect_json: bool = False,
) -> Explanation:
    """The cause behind ``texts`` (stderr, logs, ``exec --json`` in any mixture) of one run.

    ``stdout`` is what a run printed there, if that is known to be so; ``exit_code`` what it ended with, otherwise it is
    taken from the texts. ``expect_json``: a last message that is not JSON is a failure. The root cause is ``ok`` when
    nothing failed, ``unknown`` with the most telling line when no row of the table fits.
    """
    findings = Findings()
    seen = [read(source, findings) for source in texts]
    if stdout is not None:
        read_stdout(stdout, findings)
    exit_code = _exit(findings, exit_code)
    root = _choose(findings, exit_code, expect_json=expect_json)
    if root is None and exit_code != 0:
        look_everywhere(seen, findings)
        root = _choose(findings, exit_code, expect_json=expect_json) or _stopped(findings, exit_code, is_silent=True)
    also, warnings = _others(findings, exit_code, root)
    return Explanation(root or _without_row(findings, exit_code), also, warnings)


def _exit(findings: Findings, given: int | None) -> int | None:
    match findings.how_it_ended:
        case End.FAILED:
            # A pipe may have lost the exit of the run.
            return given or 1
        case End.COMPLETED:
            return 0 if given is None else given
        case _:
            return given


def _choose(findings: Findings, exit_code: int | None, *, expect_json: bool) -> Cause | None:
    """The cause that a row of the table knows, or None."""
    if exit_code == 0:
        if expect_json and (mismatch := _mismatch(findings)) is not None:
            return mismatch
        return _hit(findings, _FINE, exit_code) or _hit(findings, _WARNINGS, exit_code)
    return (
        _hit(findings, _FAILING, exit_code)
        or _stopped(findings, exit_code)
        or _hit(findings, _FINE, exit_code)
        or _hit(findings, _LAST_RESORTS, exit_code)
        or _killed(findings, exit_code)
        or (None if findings.has_error else _hit(findings, _WARNINGS, exit_code))
    )


def _hit(findings: Findings, rows: Sequence[int], exit_code: int | None) -> Cause | None:
    hit = _first_hit(findings, rows, exit_code)
    if hit is not None and hit.row.kind == UNREACHABLE:
        hit = name_lookup_hit(findings) or hit
    return hit.cause() if hit else None


def _first_hit(findings: Findings, rows: Sequence[int], exit_code: int | None) -> Hit | None:
    for rank in Rank:
        if rank is Rank.EVENT:
            # The last one first; after a turn that was completed they are history.
            places = () if findings.how_it_ended is End.COMPLETED else reversed(findings.events)
            hit = next(filter(None, (event_hit(place, rows) for place in places)), None)
        else:
            hit = findings.first(rank, rows)
        if hit is not None:
            return hit
    return None


def _mismatch(findings: Findings) -> Cause | None:
    place = findings.final_message
    text = "\n".join(place.lines) if place else ""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        row = next(row for row in TABLE if row.kind == SCHEMA_MISMATCH)
        proof = Proof(place.name, place.number, shown(place.raw)) if place else None
        return make_cause(row, (text,), 0, proof)
    return None


def _stopped(findings: Findings, exit_code: int | None, *, is_silent: bool = False) -> Cause | None:
    """No end of the turn, and nothing that calls itself an error. ``is_silent``: every text was looked at."""
    ended = findings.how_it_ended
    if findings.has_error or ended in (End.COMPLETED, End.FAILED):
        return None
    is_telling = is_silent and findings.last_line is None
    if exit_code in _KILLED or (exit_code in (1, None) and ended is not None) or (exit_code == 1 and is_telling):
        return _as_stopped(findings, exit_code)
    return None


def _killed(findings: Findings, exit_code: int | None) -> Cause | None:
    was_stopped = exit_code in _KILLED or findings.how_it_ended is End.ABORTED
    return _as_stopped(findings, exit_code) if was_stopped else None


def _as_stopped(findings: Findings, exit_code: int | None) -> Cause:
    row = next(row for row in TABLE if row.kind == STOPPED)
    cause = make_cause(row, ("",), 0, None)
    how = {130: " (ctrl+c)", 137: " (SIGKILL)", 143: " (SIGTERM)"}.get(exit_code or 0, "")
    return replace(cause, sentence=f"{cause.sentence}{how}")


def _without_row(findings: Findings, exit_code: int | None) -> Cause:
    telling = findings.turn_error or (findings.events[-1] if findings.events else None) or findings.loud
    if exit_code == 0 or (exit_code is None and telling is None and findings.last_line is None):
        return Cause(OK, "nothing failed", "")
    if exit_code is None and telling is None and findings.how_it_ended is None:
        return Cause(OK, "nothing here says that anything failed", "")
    if exit_code == 127 and telling is None:
        row = next(row for row in TABLE if row.kind == NOT_FOUND)
        return make_cause(row, ("",), 0, None)
    telling = telling or findings.last_line
    proof = Proof(telling.name, telling.number, shown(telling.raw)) if telling else None
    fix = "Read the lines around it." if proof else "Run it again with both streams kept, and explain those."
    return Cause(UNKNOWN, "it failed for a reason that is not known here", fix, proof)


def _others(
    findings: Findings, exit_code: int | None, root: Cause | None
) -> tuple[tuple[Cause, ...], tuple[Cause, ...]]:
    """What else was found and what was warned of; one line is one reason, and what follows from another is none."""
    rows = _FINE if exit_code == 0 else (*_FAILING, *_FINE)
    kinds = {root.kind if root else "", *CASCADES, *((UNREACHABLE,) if root and root.kind == DNS else ())}
    lines = {root.proof} if root else set()
    also = _distinct(findings, rows, kinds, lines)
    return also, _distinct(findings, _WARNINGS, kinds, lines)


def _distinct(findings: Findings, rows: Sequence[int], kinds: set[str], lines: set[Proof | None]) -> tuple[Cause, ...]:
    found: list[Cause] = []
    for hit in _all_hits(findings, rows):
        if hit.row.kind not in kinds and (cause := hit.cause()).proof not in lines:
            found.append(cause)
            kinds.add(cause.kind)
            lines.add(cause.proof)
    return tuple(found)


def _all_hits(findings: Findings, rows: Sequence[int]) -> Iterator[Hit]:
    for rank in Rank:
        if rank is Rank.EVENT and findings.how_it_ended is not End.COMPLETED:
            yield from filter(None, (event_hit(place, rows) for place in reversed(findings.events)))
        yield from (findings.hits[rank][row] for row in rows if row in findings.hits[rank])
