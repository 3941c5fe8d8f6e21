"""The head of a session: which model with which leave, where, what it used, how full its window is. Pure."""

from __future__ import annotations

from odw_core.model.detail import SessionDetail
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.conversation import gauge
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, Spans, spans, width_of

_WORD = 80
_GAP = 3


def session_head(detail: SessionDetail, glyphs: Glyphs, home: str, width: int, *, is_short: bool) -> tuple[Line, ...]:
    """What is known besides state and why. A short one leaves out where it works."""
    lines = [_model_line(detail, glyphs, width)]
    if not is_short:
        lines.append(_place_line(detail, glyphs, home))
    lines += [_used_line(detail, glyphs, width), *_warnings(detail)]
    return tuple(line for line in lines if line.left)


def asked_and_got(detail: SessionDetail) -> str:
    """``asked for X, got Y`` where the model is not the one that was asked for; empty otherwise."""
    asked = one_line(detail.asked_model or "", _WORD)
    if not asked or asked == detail.model:
        return ""
    return f"asked for {asked}, got {one_line(detail.model or 'nobody says which', _WORD)}"


def _model_line(detail: SessionDetail, glyphs: Glyphs, width: int) -> Line:
    model = " ".join(one_line(word, _WORD) for word in (detail.model, detail.effort) if word)
    leave = [
        detail.sandbox or detail.permission or "",
        f"asks {detail.approval_policy}" if detail.approval_policy else "",
        f"{detail.mode} mode" if detail.mode and detail.mode != "default" else "",
    ]
    rest = "".join(f"  {glyphs.dot}  {one_line(word, _WORD)}" for word in leave if word)
    mismatch = asked_and_got(detail)
    said = Span(mismatch or model, "blocked" if mismatch else "")
    if not (said.text or rest):
        return Line()
    line = labelled("model", said, Span(rest if said.text else rest.strip(f" {glyphs.dot}"), "quiet"))
    return _with_right(line, spans(Span(_program(detail), "faint")), width)


def _program(detail: SessionDetail) -> str:
    """``codex 0.169.0, exec``."""
    program = f"{one_line(detail.runtime, 40)} {one_line(detail.version or '', 40)}".strip()
    source = one_line(detail.source or "", _WORD)
    return f"{program}, {source}" if source else program


def _place_line(detail: SessionDetail, glyphs: Glyphs, home: str) -> Line:
    item = detail.item
    if item.folder is None and not item.branch:
        return Line()
    words = [at_home(item.where, home), item.branch or ""]
    if detail.forked_from:
        words.append(f"forked from {detail.forked_from}")
    shown = f"  {glyphs.dot}  ".join(one_line(word, 200) for word in words if word)
    return labelled("in", Span(shown, "quiet"))


def _used_line(detail: SessionDetail, glyphs: Glyphs, width: int) -> Line:
    tokens = detail.item.tokens
    words = Span("nobody counted its tokens", "faint")
    if tokens is not None:
        words = Span(numbers.token_story(tokens), "quiet")
    elif detail.context_used is None:
        return Line()
    line = labelled("used", words)
    whole = gauge(detail.context_used, detail.context_window, glyphs)
    short = gauge(detail.context_used, detail.context_window, glyphs, is_short=True)
    return _with_right(line, whole if _fits(line, whole, width) else short, width)


def _with_right(line: Line, right: Spans, width: int) -> Line:
    """``line`` with ``right``, where both can be read whole."""
    return line._replace(right=right) if _fits(line, right, width) else line


def _fits(line: Line, right: Spans, width: int) -> bool:
    return width_of(line.left) + _GAP + width_of(right) <= width


def _warnings(detail: SessionDetail) -> list[Line]:
    """What should be minded and is not said above: that its writer was killed, say."""
    asked = one_line(detail.asked_model or "", _WORD)
    found = [notice for notice in detail.notices if notice.is_warning and not (asked and asked in notice.text)]
    return [labelled("mind", Span(one_line(notice.text, TEXT_LIMIT), "blocked"), most=2) for notice in found[:1]]
