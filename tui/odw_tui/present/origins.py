"""Where the figures of a run or session come from: file, byte, age, and how they came to be known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from odw_core.model.detail import Detail, How, Origin, SessionDetail
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.ages import age
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, counted, said
from odw_tui.present.places import at_home
from odw_tui.present.session_head import asked_and_got
from odw_tui.present.spans import Line, Span, cells, cut_text, left, right, spans

_FIGURE, _HOW, _BYTE, _AGE = 11, 16, 12, 9
_VALUE = 200
_TONES = {How.READ: "quiet", How.INFERRED: "stale", How.SERVER: "strong"}


@dataclass(frozen=True, slots=True)
class OriginRow:
    """One line of the list; lines without an origin are passed over by the cursor."""

    key: str
    line: Line
    origin: Origin | None = None


def origin_rows(detail: Detail, signs: Glyphs, home: str, now: float, width: int) -> tuple[OriginRow, ...]:
    """File by file: each figure with its value, how it is known, its byte and its age; the rule below it."""
    rows: list[OriginRow] = []
    files = dict.fromkeys(origin.file for origin in detail.origins)
    for file in files:
        if rows:
            rows.append(OriginRow("", Line()))
        rows.append(OriginRow("", said(Span(_path(file, home, signs, width), "strong"))))
        for place, origin in enumerate(detail.origins):
            if origin.file == file:
                key = f"{place} {origin.figure}"
                rows += [OriginRow(key, line, origin) for line in _lines(origin, detail, signs, now)]
    return tuple(rows)


def _path(file: str, home: str, signs: Glyphs, width: int) -> str:
    """The path, cut on its left: its end tells more."""
    words = one_line(at_home(file, home), TEXT_LIMIT) or "nowhere"
    if cells(words) <= width:
        return words
    kept = words
    while cells(kept) > max(4, width - 1) and "/" in kept[1:]:
        kept = kept[kept.index("/", 1) :]
    return signs.ellipsis + cut_text(kept, width - 1, signs.ellipsis)


def _lines(origin: Origin, detail: Detail, signs: Glyphs, now: float) -> tuple[Line, ...]:
    figure = left(one_line(origin.figure, 40), _FIGURE, signs.ellipsis)
    value = one_line(value_of(origin.figure, detail, signs), _VALUE) or signs.absent
    where = "whole file" if origin.offset is None else f"byte {numbers.count(origin.offset)}"
    written = age(origin.at, now)
    facts = spans(
        Span(left(origin.how.value, _HOW), _TONES[origin.how]),
        Span(right(where, max(_BYTE, cells(where))), "faint"),
        Span(right(f"{written} ago" if written else signs.absent, _AGE), "faint"),
    )
    first = Line(spans(Span(f"  {figure}", "quiet"), Span(value)), facts)
    if not origin.note:
        return (first,)
    rule = Span(f"  {' ' * _FIGURE}{one_line(origin.note, TEXT_LIMIT)}", "faint")
    return (first, Line((rule,), most=2, hang=_FIGURE + 2))


def value_of(figure: str, detail: Detail, signs: Glyphs) -> str:
    """What the screen says for a figure; empty for one that it has no word for."""
    item = detail.item
    match figure:
        case "state":
            own = f" ({item.raw_state})" if item.raw_state not in ("", item.state.value) else ""
            return f"{signs.state(item.state)} {item.state.value}{own}"
        case "tokens":
            return numbers.token_story(item.tokens) if item.tokens is not None else ""
        case "model":
            mismatch = asked_and_got(detail) if isinstance(detail, SessionDetail) else ""
            return mismatch or item.model or ""
        case "tasks":
            return numbers.progress(item.tasks, "")
        case "blockers":
            return "" if item.blockers is None else counted(item.blockers, "blocker")
        case "questions":
            return counted(item.questions, "question") if item.questions else "none"
        case "started":
            return _moment(item.started_at)
        case "ended":
            return _moment(item.ended_at)
        case "parent":
            return str(item.parent or "")
        case "said":
            return item.last_words
        case "title" | "goal" | "stage" | "branch" | "folder" | "cause" | "why":
            return str(getattr(item, figure) or "")
        case _:
            return ""


def _moment(at: float | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"


def origins_head(detail: Detail, place: str, signs: Glyphs) -> tuple[Line, ...]:
    """What the page is about, and how much of it is a guess."""
    item = detail.item
    guessed = sum(origin.how is How.INFERRED for origin in detail.origins)
    crumb = Span(f"{one_line(place, 60)} {signs.crumb} ", "quiet")
    title = spans(crumb, Span(one_line(item.title, 200) or str(item.address), "strong"))
    told = counted(len(detail.origins), "figure")
    right_words = f"{told}, {guessed} inferred" if guessed else told
    return (Line(title, (Span(right_words, "quiet"),)), said(Span("where each figure comes from", "quiet")))


def no_origins(reason: str = "") -> Sequence[Line]:
    """There is nothing to show, and why."""
    words = one_line(reason, TEXT_LIMIT) or "Its engine names no file for its figures; the list of its files may help."
    return (Line(), said(Span("No origin is known.", "strong")), Line((Span(words, "quiet"),), most=3))
