"""What ``show`` says about why: causes, blockers, rounds, what does not fit, files, where figures come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from odw_core.model.cause import Cause
from odw_core.model.detail import Artifact, Blocker, Column, How, Mark, Notice, Origin
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.drawing import BLANK, QUIET, Look, flow, table, words
from odw_tui.headless.drawing import Column as TableColumn
from odw_tui.headless.show_parts import (
    NAME,
    SENTENCE,
    evidence,
    labelled,
    marked,
    told_tokens,
    under,
)
from odw_tui.present.ages import age
from odw_tui.present.findings import finding_of, is_open, place_of, route_of
from odw_tui.present.numbers import count
from odw_tui.present.places import at_home
from odw_tui.present.spans import Span, Spans
from odw_tui.present.timeline import TONES


def cause_lines(causes: Sequence[Cause], look: Look, *, indent: int = 0) -> Iterator[Spans]:
    """Each cause as a sentence, the line that says so, and what to do about it."""
    for number, cause in enumerate(causes):
        if number:
            yield BLANK
        sign, tone = ("!", "blocked") if cause.is_warning else (look.glyphs.mark(Mark.FAILED), TONES[Mark.FAILED])
        before = f"{' ' * indent}  {sign} "
        yield from flow((Span(before, tone), Span(one_line(cause.sentence, SENTENCE))), look, hang=len(before))
        yield from evidence(cause.proof, look, indent=indent + 4)
        yield from labelled("fix", one_line(cause.fix, SENTENCE), look, indent=indent + 4)


def own_words(told: Iterable[str], causes: Sequence[Cause]) -> Iterator[Spans]:
    """What broke in the words of those who say so, without what the ``causes`` have said already."""
    said = {text for cause in causes for text in (cause.sentence, cause.proof.text if cause.proof else "")}
    for text in told:
        for line in plain(text).split("\n"):
            if line.strip() not in said:
                yield words(f"  {line}")


def blocker_lines(blockers: Iterable[Blocker], look: Look) -> Iterator[Spans]:
    """Where, what, who found it, and what became of it."""
    for blocker in blockers:
        tone = TONES[Mark.REJECTED] if is_open(blocker) else QUIET
        known = (route_of(blocker, look.glyphs), f"round {blocker.round}", blocker.fate)
        line = (
            Span(f"  {look.glyphs.mark(Mark.REJECTED)} ", tone),
            Span("  ".join(filter(None, (place_of(blocker), finding_of(blocker))))),
            Span(f"  {', '.join(filter(None, known))}", QUIET),
        )
        yield from flow(line, look, hang=4)


def round_lines(columns: Sequence[Column], look: Look) -> Iterator[Spans]:
    """Why each round began and what ended it, and its tokens."""
    told = [column for column in columns if column.why or column.tokens]
    width = max((len(one_line(column.title, 40)) for column in told), default=0)
    for column in told:
        title = f"  {one_line(column.title, 40):<{width}}  "
        parts = [one_line(column.why, SENTENCE)]
        if column.tokens is not None:
            parts.append(f"{told_tokens(column.tokens)} tokens")
        yield from flow((Span(title, QUIET), Span("; ".join(filter(None, parts)))), look, hang=len(title))


def notice_lines(notices: Iterable[Notice], look: Look) -> Iterator[Spans]:
    """One sentence each, with the line that proves it."""
    for notice in notices:
        sign, tone = ("!", "blocked") if notice.is_warning else (look.glyphs.dot, QUIET)
        yield from marked(sign, tone, notice.text, look)
        yield from evidence(notice.proof, look, indent=4)


def artifact_lines(artifacts: Iterable[Artifact], look: Look) -> Iterator[Spans]:
    """Name, size in bytes, and what to mind."""
    rows: list[Spans] = [
        (
            Span(one_line(artifact.name, NAME)),
            Span(look.glyphs.absent if artifact.size is None else count(artifact.size)),
            Span(one_line(artifact.note, NAME), QUIET),
        )
        for artifact in artifacts
    ]
    if rows:
        columns = (TableColumn("", least=12), TableColumn("", is_number=True), TableColumn("", least=8))
        yield from table(columns, rows, look, indent=2)


def origin_lines(origins: Sequence[Origin], look: Look) -> Iterator[Spans]:
    """For every figure: how it is known, since when, and the place in the file."""
    known = [
        (one_line(origin.figure, NAME), origin.how.value, age(origin.at, look.now) or look.glyphs.absent)
        for origin in origins
    ]
    figure, how, since = (max((len(row[at]) for row in known), default=0) for at in range(3))
    for origin, row in zip(origins, known, strict=True):
        file = one_line(at_home(origin.file, look.home), NAME)
        before = (
            Span(f"  {row[0]:<{figure}}  "),
            Span(f"{row[1]:<{how}}  ", "" if origin.how is How.READ else "blocked"),
            Span(f"{row[2]:>{since}}  ", QUIET),
        )
        place = Span(file if origin.offset is None else f"byte {count(origin.offset)} of {file}")
        yield from flow((*before, place), look, hang=figure + how + since + 8)
        if origin.note:
            yield from under(origin.note, look, indent=figure + 4, tone=QUIET)
