"""A batch: how far it is and when it will be over, root causes, whose output is missing, every scenario. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from odw_core.model.batch import Batch, Diagnosis, Group, Scenario, scenarios
from odw_core.model.cause import Proof
from odw_core.model.detail import Mark
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.causes import proof_place
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled, said
from odw_tui.present.spans import Line, Span, Spans, cells, right, spans, width_of

_BAR = 24
_LATE = 3.0
"""How often the usual time one may take longer than that, until nobody can say any more when it ends."""
_WIDE = 64
"""Cells from which every row has space for its model."""
_MODEL, _NUMBER = 24, 3
_STRETCHES = 3
"""Stretches of numbers that one row names."""
_GAP = 3
_MOST_MISSING, _MOST_NAMED = 20, 100
"""Rows for outputs that are missing above the scenarios, and for the scenarios of one cause, where there are more."""
_MARKS = {
    "OK": (Mark.DONE, "done"),
    "NO_FILE": (Mark.FAILED, "failed"),
    "FAILED": (Mark.FAILED, "failed"),
    "SKIPPED": (Mark.SKIPPED, "faint"),
    "CANCELLED": (Mark.UNFINISHED, "stale"),
    "unfinished": (Mark.UNFINISHED, "stale"),
    "running": (Mark.RUNNING, "running"),
    "waiting": (Mark.SKIPPED, "faint"),
}


def status_of(one: Scenario) -> tuple[Mark, str]:
    """Its mark and tone."""
    return _MARKS.get(one.status, (Mark.FAILED, "failed"))


def mark_of(one: Group) -> tuple[Mark, str]:
    """Mark and tone of a kind of trouble: it broke something, is worth knowing, or only followed."""
    if one.cascade_of:
        return Mark.SKIPPED, "faint"
    return (Mark.UNFINISHED, "stale") if one.is_warning else (Mark.FAILED, "failed")


def scenario_key(one: Scenario) -> str:
    """Names the row of a scenario."""
    return f"scenario {one.index}"


def done_of(batch: Batch) -> str:
    """``12 of 17 done``."""
    return f"{batch.done:,} of {f'{batch.total:,}' if batch.total is not None else '?'} done"


def batch_head(batch: Batch, glyphs: Glyphs, now: float, width: int) -> tuple[Line, ...]:
    """``12 of 17 done``, the bar, and when it will be over: on one line where there is space."""
    of, done = batch.total, done_of(batch)
    bar: Spans = ()
    if of:
        filled = round(_BAR * min(batch.done, of) / of)
        full, empty = ("#", ".") if glyphs.is_ascii else ("━", "─")
        bar = (Span(f"   {full * filled}", "done"), Span(empty * (_BAR - filled), "faint"))
    head, when = spans(Span(done, "strong"), *bar), when_over(batch, now)
    if width_of(head) + cells(when) + _GAP <= width:
        return (Line(head, spans(Span(when, "quiet"))),)
    return Line(head), said(Span(when, "quiet"))


def when_over(batch: Batch, now: float) -> str:
    """When it will be over; how long each took where nobody can say, and in one that is over."""
    if batch.ends_at is None:
        usual = f"{numbers.duration(batch.typical_s)} each" if batch.typical_s else ""
        return ", ".join(filter(None, (usual, f"model {one_line(batch.model, 60)}" if batch.model else "")))
    # One that takes longer than the others did takes no time away from those after it.
    at_work = max((one.started_at or now for one in batch.scenarios if one.status == "running"), default=now)
    late = max(now - at_work - (batch.typical_s or 0.0), 0.0)
    if late > _LATE * (batch.typical_s or 0.0):
        # Nobody can say when that one ends, so nobody can say when all do.
        usual = numbers.duration(batch.typical_s or 0.0)
        return f"at work longer than the others, {usual} each"
    ends = batch.ends_at + late
    clock = datetime.fromtimestamp(ends).strftime("%H:%M")
    return f"about {numbers.duration(max(ends - now, 0.0))} left, over at {clock}"


def batch_rows(batch: Batch, glyphs: Glyphs, now: float, width: int) -> list[tuple[str, Line | Callable[[], Line]]]:
    """(key, line) pairs: root causes, then what is missing, then every scenario, each to be made when it is seen."""
    rows: list[tuple[str, Line | Callable[[], Line]]] = [
        *(("", one) for one in batch_head(batch, glyphs, now, width)),
        ("", Line()),
    ]
    if batch.groups:
        rows.append(("", said(Span("root causes", "strong"))))
        rows += [(f"group {place}", _group_row(one, glyphs)) for place, one in enumerate(batch.groups)]
        rows.append(("", Line()))
    columns, missing = _columns(batch, width), batch.missing
    if missing:
        rows.append(("", said(Span("output missing", "strong"), Span(f"   {len(missing):,}", "failed"))))
        for one in missing if len(missing) <= _MOST_MISSING else missing[: _MOST_MISSING - 1]:
            where = one_line(one.file, 120) or "nobody says where it was to be"
            number = right(str(one.index), columns.number)
            rows.append((f"missing {one.index}", said(Span(f"  {number}  "), Span(where, "quiet"))))
        if len(missing) > _MOST_MISSING:
            more = f"{' ' * (columns.number + 4)}and {len(missing) - _MOST_MISSING + 1:,} more, marked below"
            rows.append(("", said(Span(more, "faint"))))
        rows.append(("", Line()))
    rows.append(("", said(Span("scenarios", "strong"))))
    rows += [(scenario_key(one), partial(_scenario_row, one, glyphs, now, columns)) for one in batch.scenarios]
    if not batch.scenarios:
        rows.append(("", said(Span("none has begun", "faint"))))
    rest = (batch.total or 0) - len(batch.scenarios) if batch.scenarios else 0
    if rest > 0:
        rows.append(
            (
                "",
                said(
                    Span(f"{glyphs.mark(Mark.SKIPPED)} ", "faint"),
                    Span(f"{' ' * columns.number}  and {rest:,} more to come", "faint"),
                ),
            )
        )
    return rows


def _group_row(one: Group, glyphs: Glyphs) -> Line:
    mark, tone = mark_of(one)
    words = f"cascade of {one.cascade_of}" if one.cascade_of else "worth knowing" if one.is_warning else ""
    many = scenarios(one.scenarios, _STRETCHES) if one.scenarios else ""
    if one.count > max(len(one.scenarios), 1):
        many = f"{many}   {one.count:,} times".lstrip()
    kind = Span(_name(one), "quiet" if tone == "faint" else "")
    return said(
        Span(f"{glyphs.mark(mark)} ", tone),
        kind,
        Span(f"   {words}" if words else "", "faint"),
        right=spans(Span(many, "quiet")),
    )


def _name(one: Group) -> str:
    """The kind where it is a sign of the dialect, else what happened."""
    return one_line(one.kind if one.kind.isupper() else one.sentence, 200)


class _Columns(NamedTuple):
    """Cells for what stands at the right of a scenario."""

    status: int
    model: int
    """0 where there is space for another model than the one that was asked for alone."""
    number: int


def _columns(batch: Batch, width: int) -> _Columns:
    status = max((cells(_word(one)) for one in {one.status for one in batch.scenarios}), default=0)
    models = [min(cells(one_line(one, _MODEL)), _MODEL) for one in {one.model or "" for one in batch.scenarios}]
    number = max((len(str(one.index)) for one in batch.scenarios[-1:]), default=0)
    return _Columns(status, max(models, default=0) if width >= _WIDE else 0, max(number, _NUMBER))


def _word(status: str) -> str:
    """The word beside the sign; nothing where the sign says it all."""
    return "" if status in ("OK", "running") else status.lower().replace("_", " ")


def _scenario_row(one: Scenario, glyphs: Glyphs, now: float, columns: _Columns) -> Line:
    mark, tone = status_of(one)
    status, model = _word(one.status), one_line(one.model or "", _MODEL)
    seen = Span(model, "blocked" if one.is_other_model else "faint")
    if columns.model:
        facts = [Span(status.ljust(columns.status), tone)]
        facts += [Span("   "), seen, Span(" " * max(columns.model - cells(model), 0))]
    else:
        facts = [Span(status, tone)]
        facts += [Span("   " if status else ""), seen] if one.is_other_model else []
    facts.append(Span(right(took_of(one, now), 8), "quiet"))
    title = Span(one_line(one.title, 200) or "(no title)", "" if one.status != "SKIPPED" else "faint")
    return said(
        Span(f"{glyphs.mark(mark)} ", tone),
        Span(f"{right(str(one.index), columns.number)}  ", "quiet"),
        title,
        right=spans(*facts),
    )


def took_of(one: Scenario, now: float) -> str:
    """How long it took, or takes so far; empty when nobody knows."""
    ended = now if one.status == "running" else one.ended_at
    if one.started_at is None or ended is None:
        return ""
    return numbers.duration(max(ended - one.started_at, 0.0))


def scenario_at(batch: Batch, key: str) -> Scenario | None:
    """The scenario of a row; None for other rows."""
    kind, _, index = key.partition(" ")
    if kind not in ("scenario", "missing"):
        return None
    return next((one for one in batch.scenarios if str(one.index) == index), None)


def group_at(batch: Batch, key: str) -> Group | None:
    """The root cause of a row; None for other rows."""
    kind, _, place = key.partition(" ")
    return batch.groups[int(place)] if kind == "group" and int(place) < len(batch.groups) else None


class Keys(NamedTuple):
    """The keys that open something of a row, as they are shown."""

    open: str
    output: str
    prompt: str


def batch_text(batch: Batch, key: str, glyphs: Glyphs, now: float, keys: Keys) -> Sequence[Line]:
    """One row in full."""
    if (group := group_at(batch, key)) is not None:
        return [*_group_text(batch, group, glyphs, keys.open)]
    one = scenario_at(batch, key)
    return () if one is None else [*_scenario_text(batch, one, glyphs, now, keys)]


def _group_text(batch: Batch, one: Group, glyphs: Glyphs, opens: str) -> Iterator[Line]:
    yield said(Span(one_line(one.kind, 60), "strong"))
    yield Line((Span(one_line(one.sentence, TEXT_LIMIT)),), (), 6)
    if one.cascade_of:
        yield labelled("root", Span(f"it only followed from {one.cascade_of}, and is not counted", "quiet"), most=2)
    if one.fix:
        yield labelled("fix", Span(one_line(one.fix, TEXT_LIMIT)), most=6)
    yield from _proof(one.proof)
    yield Line()
    by_index = {each.index: each for each in batch.scenarios}
    named = one.scenarios[:_MOST_NAMED]
    number = max((len(str(index)) for index in named[-1:]), default=0)
    for index in named:
        each = by_index.get(index)
        if each is not None:
            mark, tone = status_of(each)
            yield said(
                Span(f"  {glyphs.mark(mark)} ", tone),
                Span(f"{right(str(index), max(number, _NUMBER))}  ", "quiet"),
                Span(one_line(each.title, 200), "quiet"),
            )
    if len(one.scenarios) > len(named):
        yield said(Span(f"      and {len(one.scenarios) - len(named):,} more", "faint"))
    if one.proof is not None:
        yield Line()
        yield said(Span(opens, "strong"), Span("  opens the log at this line", "quiet"))


def _proof(proof: Proof | None) -> Iterator[Line]:
    if proof is not None:
        yield labelled("line", Span(proof_place(proof), "accent"))
        yield labelled("", Span(one_line(proof.text, TEXT_LIMIT), "quiet"), most=6)


def _scenario_text(batch: Batch, one: Scenario, glyphs: Glyphs, now: float, keys: Keys) -> Iterator[Line]:
    mark, tone = status_of(one)
    status = Span(f"{glyphs.mark(mark)} {one.status.lower().replace('_', ' ') if one.status != 'OK' else 'OK'}", tone)
    yield Line(
        spans(Span(f"{one.index}  {one_line(one.title, 200)}", "strong")), spans(status), 2, cells(f"{one.index}  ")
    )
    facts = [took_of(one, now), f"try {one.tries}" if one.tries > 1 else ""]
    if one.tools:
        facts.append(counted(one.tools, "tool call") + (f", {one.failed_tools} failed" if one.failed_tools else ""))
    dot = f" {glyphs.dot} "
    yield labelled("did", Span(dot.join(filter(None, facts)) or "nothing yet", "quiet"))
    if one.model:
        other = f", not {one_line(batch.model, 60)}" if one.is_other_model else ""
        yield labelled("model", Span(one_line(one.model, 60), ""), Span(other, "blocked"))
    if one.file:
        missing = "   missing" if one.is_missing else ""
        yield labelled("file", Span(one_line(one.file, 300)), Span(missing, "failed"), most=2)
    if said_first := one_line(one.said, TEXT_LIMIT):
        yield labelled("said", Span(said_first), most=4)
    if one.diagnoses:
        yield Line()
        yield said(Span("diagnoses", "strong"))
        # They come in the order of rule G1, so the first that kept the file from being written is the root.
        root = next((found for found in one.diagnoses if not found.cascade_of and not found.is_warning), None)
        for found in one.diagnoses:
            yield from _diagnosis(found, glyphs, is_root=found is root)
    yield Line()
    if one.address is not None:
        opened = (
            (keys.open, "tool calls, records, diagnoses"),
            (keys.output, "answer"),
            (keys.prompt, "prompt"),
        )
        named = [part for key, what in opened for part in (Span(key, "strong"), Span(f" {what}   ", "quiet"))]
        yield Line(spans(*named), (), 3)


def _diagnosis(found: Diagnosis, glyphs: Glyphs, *, is_root: bool) -> Iterator[Line]:
    times = f"   {found.count} times" if found.count > 1 else ""
    if found.cascade_of:
        head = (
            Span(f"  {glyphs.mark(Mark.SKIPPED)} {found.kind}", "faint"),
            Span(f"   cascade of {found.cascade_of}", "faint"),
        )
    elif found.is_warning:
        head = (
            Span(f"  {glyphs.mark(Mark.UNFINISHED)} {found.kind}", "stale"),
            Span("   its file was written all the same", "faint"),
        )
    else:
        head = (
            Span(f"  {glyphs.mark(Mark.FAILED)} {found.kind}", "failed"),
            Span("   root cause" if is_root else "   beside it", "quiet"),
        )
    place = Span(proof_place(found.proof) if found.proof is not None else "", "faint")
    yield said(*head, Span(times, "quiet"), right=spans(place))
    yield Line((Span(f"    {one_line(found.text, TEXT_LIMIT)}", "quiet"),), (), 4, 4)
