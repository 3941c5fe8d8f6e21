"""What a rerun takes over from the run it repeats: which finished steps count, and where their results lie.

A step is taken over only where its fingerprint agrees; that is the business of ``Steps``. Approvals, landings and
verifications are never taken over: what is let into a tree is decided for that tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from odw_core.engines.loose import Json, flag, mapping, parse_object, text
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError, UsageError
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder
from odw_core.runs.past import journal_of
from odw_core.runs.spec import RunSpec, read_spec

FINISHED = "finished"
"""Everything that went well; what failed, and what never came to its turn, is done."""
_BEFORE = "before:"
_DECIDED_ANEW = frozenset(("gate", "ask", "plan_gate", "land", "verify", "commit"))
_MOST_PARENTS = 20


class Inherited(NamedTuple):
    """Steps of one earlier run, as ``Steps.inherit`` takes them."""

    run_id: str
    told: tuple[JournalLine, ...]
    blobs: Blobs


def before(step: str) -> str:
    """The mode that does ``step``, and everything that began after it, again."""
    return f"{_BEFORE}{step}"


def checked_reuse(state: Path, parent: str, reuse: str) -> str:
    """The mode itself. Raises ``UsageError`` that lists the steps when it names one that ``parent`` never began."""
    if reuse in ("", FINISHED):
        return reuse
    if not reuse.startswith(_BEFORE):
        raise UsageError(f"{reuse!r} is no way to run something again.")
    known = steps_of(journal_of(RunFolder(state, parent)))
    if (step := reuse.removeprefix(_BEFORE)) not in known:
        named = f"its steps are {', '.join(known)}" if known else "it has none"
        raise UsageError(f"{parent} began no step {step!r}; {named}.")
    return reuse


def steps_of(told: Iterable[JournalLine]) -> tuple[str, ...]:
    """Keys of the steps that a run began or took over, in their order, each once."""
    return tuple(dict.fromkeys(text(one, "key") for one in _steps(told) if text(one, "key")))


def inherited(state: Path, spec: RunSpec) -> tuple[Inherited, ...]:
    """What ``spec`` asks to take over, the nearest run first; nothing of a run that is gone."""
    found: list[Inherited] = []
    wanted: set[str] | None = None
    run_id, reuse = spec.parent, spec.reuse
    while run_id and reuse and len(found) < _MOST_PARENTS:
        try:
            folder = RunFolder(state, run_id)
            parent = read_spec(folder)
        except OdwError:
            break
        told = journal_of(folder)
        blobs = Blobs(folder.root)
        counting = [line for line in _counting(told, reuse) if _went_well(line.event or {}, blobs)]
        kept = [line for line in counting if wanted is None or text(line.event or {}, "id") in wanted]
        found.append(Inherited(run_id, tuple(kept), blobs))
        # What the parent took over itself lies with the run that it took it from.
        reused = {text(line.event or {}, "id") for line in kept if text(line.event or {}, "status") == "reused"}
        wanted, run_id, reuse = reused, parent.parent, FINISHED
        if not reused:
            break
    return tuple(found)


def _counting(told: Sequence[JournalLine], reuse: str) -> Iterator[JournalLine]:
    """The lines of steps that may count."""
    until = reuse.removeprefix(_BEFORE) if reuse.startswith(_BEFORE) else None
    # What went on beside the step when it began does not depend on it.
    begun: set[str] = set()
    for event in _steps(told):
        if text(event, "key") == until:
            break
        begun.add(text(event, "id"))
    for line in told:
        event = line.event or {}
        is_over = text(event, "type") == "step" and text(event, "status") in ("done", "reused")
        if is_over and text(event, "id") in begun and text(event, "kind") not in _DECIDED_ANEW:
            yield line


def _went_well(event: Json, blobs: Blobs) -> bool:
    """Whether what was done is worth keeping: a step can come to its end with the failure of its agent."""
    if text(event, "status") == "reused":
        return True
    result: Json | None = mapping(event, "result")
    if not result:
        try:
            result = parse_object(blobs.get(text(event, "blob")))
        except OdwError:
            return False
    return result is not None and flag(result, "ok") is not False


def _steps(told: Iterable[JournalLine]) -> Iterator[Json]:
    return (line.event for line in told if line.event is not None and text(line.event, "type") == "step")
