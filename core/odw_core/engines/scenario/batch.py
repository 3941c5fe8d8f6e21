"""A batch as its pane tells it: every scenario with its diagnoses, and what broke grouped by its root cause. Pure."""

from __future__ import annotations

from odw_core.engines.scenario import diagnosis
from odw_core.engines.scenario.acc import RunAcc, TryAcc
from odw_core.engines.scenario.item import newest_tries
from odw_core.engines.scenario.names import ENGINE, file_of
from odw_core.model.address import Address
from odw_core.model.batch import Batch, Diagnosis, Group, Scenario, ends_at, typical
from odw_core.model.cause import Cause, Proof
from odw_core.model.item import Item, State

_MOST_JOBS = 64


def batch_of(acc: RunAcc, item: Item) -> Batch:
    """The whole batch."""
    tries = newest_tries(acc)
    over = [one for one in tries if one.status]
    total, jobs = diagnosis.total(acc), jobs_of(acc)
    usual = typical([took for one in over if one.status != "SKIPPED" and (took := _took(one)) is not None])
    began = [one.started_ms / 1000 for one in tries if not one.status and one.started_ms is not None]
    is_live = item.state is State.RUNNING and not acc.has_end
    left = max((total or len(tries)) - len(tries), 0)
    return Batch(
        done=len(over),
        total=total,
        model=acc.model_expected,
        scenarios=tuple(_scenario(acc, one, item) for one in tries),
        groups=tuple(_groups(acc, item)),
        typical_s=usual,
        jobs=jobs,
        ends_at=ends_at(left, jobs, usual, began) if is_live and total is not None else None,
    )


def jobs_of(acc: RunAcc) -> int:
    """How many scenarios are done at once, as its command line says."""
    for at, word in enumerate(acc.argv):
        name, _, given = word.partition("=")
        value = given or (acc.argv[at + 1] if at + 1 < len(acc.argv) else "")
        if name in ("--jobs", "jobs") and value.isdecimal() and value.isascii() and len(value) < 4:
            return min(max(int(value), 1), _MOST_JOBS)
    return 1


def _took(one: TryAcc) -> float | None:
    if one.duration_s is not None:
        return one.duration_s
    if one.started_ms is None or one.ended_ms is None:
        return None
    return max(one.ended_ms - one.started_ms, 0) / 1000


def _scenario(acc: RunAcc, one: TryAcc, item: Item) -> Scenario:
    took = _took(one)
    ended = one.ended_ms / 1000 if one.ended_ms is not None else None
    if ended is None and one.status and took is not None and one.started_ms is not None:
        ended = one.started_ms / 1000 + took
    is_over = bool(one.status)
    return Scenario(
        index=one.index,
        title=one.title,
        status=one.status or ("running" if item.state is State.RUNNING else "unfinished"),
        started_at=one.started_ms / 1000 if one.started_ms is not None else None,
        ended_at=ended if is_over else None,
        model=one.model_seen or None,
        is_other_model=bool(one.model_seen and acc.model_expected and one.model_seen != acc.model_expected),
        file=one.file_written or one.output_path,
        is_missing=is_over and one.status not in (diagnosis.OK, "SKIPPED"),
        address=Address(ENGINE, acc.item).child(str(one.index), str(one.number)),
        tries=one.number,
        tools=one.tools,
        failed_tools=one.failed_tools,
        said=one.said or one.error,
        diagnoses=tuple(_diagnoses(acc, one)),
    )


def _diagnoses(acc: RunAcc, one: TryAcc) -> list[Diagnosis]:
    is_fine = one.status == diagnosis.OK
    found = [
        Diagnosis(
            kind=hit.kind,
            text=f"{hit.text} ({hit.note})" if hit.note and hit.note not in hit.text else hit.text,
            count=hit.count,
            cascade_of=root,
            is_warning=is_fine or hit.is_mild,
            proof=Proof(file_of(acc.item), hit.line, hit.text),
        )
        for hit, root in diagnosis.with_roots(one.hits)
    ]
    return sorted(found, key=lambda each: (bool(each.cascade_of), diagnosis.rank(each.kind)))


def _groups(acc: RunAcc, item: Item) -> list[Group]:
    """Root causes first, also those that are no sign of this dialect; then warnings, then what only followed."""
    file = file_of(acc.item)
    found = [_group(acc, group) for group in diagnosis.groups(acc)]
    others = [_of_cause(cause, indexes) for cause, indexes in diagnosis.other_failures(acc, file)]
    if diagnosis.is_stopped_early(acc, is_given_up=item.state is State.STALE):
        others.append(_of_cause(diagnosis.stopped_early(acc, file), [one.index for one in diagnosis.unfinished(acc)]))
    broken = sum(not (one.cascade_of or one.is_warning) for one in found)
    return [*found[:broken], *others, *found[broken:]]


def _of_cause(cause: Cause, indexes: list[int]) -> Group:
    return Group(cause.kind, cause.sentence, cause.fix, max(len(indexes), 1), tuple(indexes), "", False, cause.proof)


def _group(acc: RunAcc, group: diagnosis.Group) -> Group:
    return Group(
        kind=group.kind,
        sentence=diagnosis.sentence(group),
        fix=diagnosis.fix_of(group.kind),
        count=group.count,
        scenarios=tuple(sorted(index for index in group.indexes if index)),
        cascade_of=group.cascade_of,
        is_warning=group.is_warning,
        proof=Proof(file_of(acc.item), group.first.line, group.first.text),
    )
