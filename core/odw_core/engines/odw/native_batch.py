"""A batch of scenarios by the journal of the run of ours that drives it; its log, its child, knows more. Pure."""

from __future__ import annotations

from odw_core.engines.odw.acc import NodeAcc, RunAcc
from odw_core.engines.odw.coordination_acc import BatchAcc
from odw_core.model.address import Address
from odw_core.model.batch import Batch, Scenario, ends_at, scenarios, typical
from odw_core.model.item import Progress
from odw_core.text.ansi import one_line

_KEY, _OK, _SKIPPED, _NO_FILE = "scenario-", "OK", "SKIPPED", "NO_FILE"


def batch_progress(known: BatchAcc) -> Progress:
    """Scenarios that wrote their file, of those that were planned."""
    return Progress(sum(one.status == _OK for one in known.ended.values()), len(known.planned))


def batch_stage(acc: RunAcc, known: BatchAcc) -> str:
    """``scenario 3/10 the title``, ``10 of 10 scenarios``."""
    now = [node for index, node in _nodes(acc).items() if str(index) not in known.ended and node.outcome is None]
    of = len(known.planned)
    if acc.has_exit or not now:
        return f"{len(known.ended)} of {of} scenarios"
    more = f" and {len(now) - 1} more" if len(now) > 1 else ""
    place = min(len(known.ended) + len(now), of)
    return one_line(f"scenario {place}/{of} {now[-1].label}{more}", 120)


def batch_asides(known: BatchAcc | None) -> str:
    """What else is to be said of one at work: ``; no other begins after it; so far scenarios 2, 4 wrote no file``."""
    if known is None:
        return ""
    stops = "; no other begins after it" if known.is_stopping else ""
    missed = sorted(int(key) for key, one in known.ended.items() if one.status not in (_OK, _SKIPPED))
    return stops + (f"; so far {scenarios(missed)} wrote no file" if missed else "")


def batch_end(known: BatchAcc) -> str:
    """Why it is over, where nothing broke."""
    done = batch_progress(known)
    return f"{done.done} of {done.total} scenarios wrote their file"


def native_batch(acc: RunAcc, known: BatchAcc, *, is_live: bool) -> Batch:
    """What the journal alone says of it."""
    nodes = _nodes(acc)
    indexes = sorted({*nodes, *(int(key) for key in known.ended)})
    scenarios = tuple(_scenario(acc, known, index, nodes.get(index), is_live=is_live) for index in indexes)
    usual = typical([one.seconds for one in known.ended.values() if one.seconds and one.status != _SKIPPED])
    began = [one.started_at for one in scenarios if one.status == "running" and one.started_at is not None]
    left = len([index for index in known.planned if index not in indexes])
    return Batch(
        done=len(known.ended),
        total=len(known.planned) or None,
        model=known.model,
        scenarios=scenarios,
        groups=(),
        typical_s=usual,
        jobs=known.jobs,
        ends_at=ends_at(left, known.jobs, usual, began) if is_live else None,
    )


def is_without_file(acc: RunAcc, node: NodeAcc) -> bool:
    """Whether a scenario's agent answered and left no file: that is no success, whatever it said."""
    known = acc.native.batch
    number = node.key.removeprefix(_KEY)
    if known is None or number == node.key or not (number.isdecimal() and number.isascii() and len(number) < 7):
        return False
    ended = known.ended.get(str(int(number)))
    return ended is not None and ended.status == _NO_FILE


def _nodes(acc: RunAcc) -> dict[int, NodeAcc]:
    found: dict[int, NodeAcc] = {}
    for key, node in acc.nodes.items():
        number = key.removeprefix(_KEY)
        if key.startswith(_KEY) and number.isdecimal() and number.isascii() and len(number) < 7:
            found[int(number)] = node
    return found


def _scenario(acc: RunAcc, known: BatchAcc, index: int, node: NodeAcc | None, *, is_live: bool) -> Scenario:
    ended = known.ended.get(str(index))
    tried = node.attempts[-1] if node is not None and node.attempts else None
    outcome = node.outcome if node is not None else None
    status = ended.status if ended is not None else "running" if is_live and outcome is None else "unfinished"
    model = one_line(node.model, 80) if node is not None else ""
    return Scenario(
        index=index,
        title=one_line(node.label, 200) if node is not None else ended.title if ended is not None else "",
        status=status,
        started_at=None if tried is None or tried.started_ms is None else tried.started_ms / 1000,
        ended_at=None if tried is None or tried.ended_ms is None else tried.ended_ms / 1000,
        model=model or None,
        is_other_model=bool(model and known.model and model != known.model),
        file="",
        is_missing=ended is not None and ended.status not in (_OK, _SKIPPED),
        address=Address("odw", acc.run_id).child(node.key) if node is not None else None,
        tries=len(node.attempts) if node is not None else 0,
        tools=0,
        failed_tools=0,
        said=(outcome.summary or outcome.error_line) if outcome is not None else "",
    )
