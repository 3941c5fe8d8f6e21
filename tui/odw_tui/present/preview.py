"""What the room says about the row under the cursor: why first, then what broke, what is asked, how it went. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from odw_core.model.item import Item, State
from odw_core.model.question import Question
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.ages import age, since
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, labelled, said
from odw_tui.present.places import at_home
from odw_tui.present.question_card import cards
from odw_tui.present.spans import Line, Span, spans
from odw_tui.present.usage import limit_words

if TYPE_CHECKING:
    # Details come after the first frame, and so do their many classes.
    from odw_core.model.detail import Detail

_ROOMY_HEIGHT = 24
_LEAST_WITH_HEAD = 6


def preview(
    item: Item,
    questions: Sequence[Question],
    detail: Detail | None,
    *,
    now: float,
    signs: Glyphs,
    home: str,
    size: tuple[int, int],
    shared: Sequence[Line] = (),
) -> tuple[Line, ...]:
    """The lines about one row. ``questions`` are its open ones, oldest first; ``detail`` is None until it was read.

    ``size`` is what there is to fill: a small one leaves out what the row says already, a tall one sets parts apart.
    ``shared`` says what others at work change too.
    """
    width, height = size
    parts: list[Sequence[Line]] = [
        (*_head(item, questions, now, signs, height), *_whys(item), *shared),
        _cause(item, detail),
        cards(questions, signs, now),
        _outcomes(detail, now, signs, width),
        (*_words(item), *_facts(item, home, signs), *_limits(item, now, signs)),
    ]
    is_roomy = height >= _ROOMY_HEIGHT
    lines: list[Line] = []
    for part in parts:
        if part and lines and is_roomy:
            lines.append(Line())
        lines.extend(part)
    return tuple(lines)


def _head(item: Item, questions: Sequence[Question], now: float, signs: Glyphs, height: int) -> Sequence[Line]:
    if height < _LEAST_WITH_HEAD:
        return ()
    state = Span(f"{signs.state(item.state)} {item.state.value}", item.state.value)
    when = Span(_when(item, questions, now), "quiet")
    return (said(Span(one_line(item.title, TEXT_LIMIT), "strong"), right=spans(state, when)),)


def _when(item: Item, questions: Sequence[Question], now: float) -> str:
    """`` for 12m``, ``, last seen 1d ago``, ``, took 24m 10s, 5h ago``."""
    ago = age(since(item, questions[0] if questions else None), now)
    if not ago:
        return ""
    match item.state:
        case State.RUNNING | State.WAITING:
            return f" for {ago}"
        case State.STALE:
            return f", last seen {ago} ago"
        case _ if item.started_at is not None and item.ended_at is not None:
            return f", took {numbers.duration(item.ended_at - item.started_at)}, {ago} ago"
        case _:
            return f", {ago} ago"


def _whys(item: Item) -> Iterable[Line]:
    yield labelled("why", Span(_why(item), "strong"), most=3)
    if item.is_inferred and "inferred" not in item.why:
        yield labelled("", Span("inferred from files alone; whoever runs it may know better", "stale"), most=2)


def _why(item: Item) -> str:
    return one_line(item.why, TEXT_LIMIT) or f"{item.state.value}; nothing says why"


def _cause(item: Item, detail: Detail | None) -> Sequence[Line]:
    """The first line of what broke."""
    text = item.cause
    if detail is not None and detail.cause and item.state in (State.FAILED, State.BLOCKED):
        text = detail.cause[0]
    if text == item.why:
        # It stands there already.
        return ()
    return (labelled("cause", Span(one_line(text, TEXT_LIMIT), "failed"), most=4),) if text else ()


def _outcomes(detail: Detail | None, now: float, signs: Glyphs, width: int) -> Sequence[Line]:
    if detail is None:
        return ()
    from odw_tui.present.outcomes import outcome_lines

    return outcome_lines(detail, now, signs, width)


def _words(item: Item) -> Iterable[Line]:
    title = one_line(item.title, TEXT_LIMIT)
    if item.goal and (goal := one_line(item.goal, TEXT_LIMIT)) != title:
        yield labelled("goal", Span(goal), most=3)
    if item.last_words:
        yield labelled("said", Span(one_line(item.last_words, TEXT_LIMIT)), most=3)


def _facts(item: Item, home: str, signs: Glyphs) -> Iterable[Line]:
    facts = [at_home(item.where, home), item.branch or "", item.stage, item.model or ""]
    if item.tasks is not None:
        facts.append(f"{numbers.progress(item.tasks, signs.absent)} tasks")
    if item.tokens is not None:
        facts.append(numbers.token_story(item.tokens))
    shown = f" {signs.dot} ".join(one_line(fact, 200) for fact in facts if fact)
    yield labelled("in", Span(shown, "quiet"), most=2)
    raw = f"{one_line(item.driver or item.address.engine, 40)} calls it: {one_line(item.raw_state, 200)}"
    yield labelled("name", Span(one_line(f"{item.address}   {raw}", TEXT_LIMIT), "faint"), most=2)


def _limits(item: Item, now: float, signs: Glyphs) -> Iterable[Line]:
    """The windows of the account's rate limit, as this session last heard of them."""
    told = [limit_words(limit, now) for limit in item.limits if limit.resets_at is None or limit.resets_at > now]
    if told:
        between = Span(f"  {signs.dot}  ", "quiet")
        joined = [span for words in told for span in (between, *words)][1:]
        yield labelled("limit", *joined, most=2)
