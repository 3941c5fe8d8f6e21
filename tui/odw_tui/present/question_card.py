"""A question as a card: what is asked, the options, who can answer it, and why not from here. Pure; takes the time."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.decide.verdicts import Meaning, meaning
from odw_core.model.item import State
from odw_core.model.question import Choice, Question, Road
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import LABEL, TEXT_LIMIT, counted, labelled, said, said_lines
from odw_tui.present.spans import Line, Span, spans

_BODY_LINES = 12


def cards(questions: Sequence[Question], glyphs: Glyphs, now: float) -> tuple[Line, ...]:
    """All open questions under each other, an empty line between two."""
    lines: list[Line] = []
    for number, question in enumerate(questions, 1):
        if lines:
            lines.append(Line())
        lines += card(question, glyphs, now, number, len(questions))
    return tuple(lines)


def card(question: Question, glyphs: Glyphs, now: float, number: int, total: int) -> tuple[Line, ...]:
    """One question in full."""
    asked = f"asked {numbers.age(now - question.asked_at)} ago" if question.asked_at is not None else ""
    counter = f"{number} of {total}   " if total > 1 else ""
    head = said(
        Span(f"{glyphs.state(State.WAITING)} {counter}", "waiting"),
        Span(one_line(question.title, 200), "strong"),
        Span(f"   {one_line(question.subject, 80)}", "quiet"),
        right=spans(Span(f"{word}   " if (word := sent_word(question)) else "", "running"), Span(asked, "quiet")),
    )
    lines = [head]
    body = said_lines(question.body, _BODY_LINES)
    if body != [one_line(question.title, 200)]:
        lines += [labelled("" if place else "asks", Span(text), most=4) for place, text in enumerate(body)]
    lines += _options(question)
    if question.risk:
        lines.append(labelled("risk", Span(one_line(question.risk, TEXT_LIMIT)), most=2))
    lines.append(labelled("who", Span(one_line(question.answer_via, TEXT_LIMIT)), most=3))
    if question.why_not:
        lines.append(
            labelled("here", Span(f"not from here: {one_line(question.why_not, TEXT_LIMIT)}", "quiet"), most=2)
        )
    return tuple(lines)


def sent_word(question: Question) -> str:
    """How far a decision came, of whichever room; empty when there is none. What Converge asks is asked on."""
    return "" if not question.is_sent else "taken" if question.road is Road.CONVERGE else "sent"


def _options(question: Question) -> list[Line]:
    lines: list[Line] = []
    for field in question.fields:
        if len(question.fields) > 1:
            lines.append(labelled("", Span(one_line(field.label, 120), "quiet")))
        width = max((len(one_line(choice.label, 80)) for choice in field.choices), default=0)
        for number, choice in enumerate(field.choices, 1):
            label, about = option_words(choice, number, 80)
            words = Span(f"{label.ljust(width)}   " if about else label)
            lines.append(labelled("", Span(f"{number}  ", "waiting"), words, Span(about, "quiet"), most=2))
        if field.allows_other:
            free = "anything else, in your own words" if field.choices else "in your own words"
            lines.append(labelled("", Span(free, "quiet")))
        if field.is_secret:
            lines.append(labelled("", Span("the answer is secret and is shown nowhere", "quiet")))
    if verdicts := _verdicts(question):
        lines.append(labelled("", Span(verdicts)))
    return lines


def _verdicts(question: Question) -> str:
    """How it can be decided, where nothing is filled in."""
    return "" if question.fields else " or ".join(verdict_words(name) for name in question.decisions)


def option_words(choice: Choice, number: int, longest: int) -> tuple[str, str]:
    """An option and what is said about it; neither its number nor its words twice."""
    label = one_line(choice.label, longest).removeprefix(f"{number}. ")
    about = one_line(choice.description, TEXT_LIMIT)
    return label, "" if about.startswith(label.rstrip("…")) and len(about) <= longest else about


def verdict_words(verdict: str) -> str:
    """A verdict as people say it: its own word, unless that is written for programs."""
    found = meaning(verdict)
    is_coded = found in (Meaning.FOR_SESSION, Meaning.ALWAYS, Meaning.NEVER)
    return found.value if is_coded else one_line(verdict, 60).replace("_", " ")


def short_card(
    questions: Sequence[Question], glyphs: Glyphs, now: float, key: str, *, room: int = 1
) -> tuple[Line, ...]:
    """The oldest question in brief, for where the space is needed by something else: ``room`` rows of what it asks
    between its title and what can be answered."""
    if not questions:
        return ()
    first = questions[0]
    head, *_ = card(first, glyphs, now, 1, len(questions))
    labels = [one_line(choice.label, 40) for field in first.fields[:1] for choice in field.choices]
    options = "   ".join(f"{number} {label}" for number, label in enumerate(labels, 1)) or _verdicts(first)
    asked = said_lines(first.body, _BODY_LINES) or [one_line(first.title, 200)]
    if len(asked) > 1 and asked[0].endswith(":"):
        # Where there is space for little, it is no heading.
        del asked[0]
    asked = asked[: max(1, room)]
    if len(asked) > 1 and asked[-1].endswith(":"):
        del asked[-1]
    more = (
        f"{counted(len(questions), 'question')}, {key} shows all" if len(questions) > 1 else f"{key} shows it in full"
    )
    lines = [head, *(labelled("" if place else "asks", Span(text)) for place, text in enumerate(asked))]
    lines.append(Line(spans(Span(" " * LABEL), Span(options)), spans(Span(more, "faint"))))
    return tuple(lines)
