"""``inbox``: every open question as a card, and who can answer it. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.model.address import Address
from odw_core.model.item import State
from odw_core.model.question import Field, Question, Road
from odw_core.service.documents.rows import inbox_document
from odw_core.service.oneshot import Room
from odw_core.state.select import row_counts
from odw_core.text.ansi import one_line, plain
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import BLANK, QUIET, STRONG, Look, facts, words
from odw_tui.headless.ways import ways
from odw_tui.present.ages import age
from odw_tui.present.spans import Span, Spans

_LONGEST = 400


def answer(room: Room, given: Given) -> Answer:
    """Every open question of the room."""
    questions = room.snapshot.questions
    has_nothing_to_say = not questions and not given.as_json and any(row_counts(room.snapshot).values())
    return Answer(
        document=lambda: inbox_document(questions),
        lines=lambda look: inbox_lines(questions, look),
        notes=("Nothing waits for you.",) if has_nothing_to_say else (),
    )


def inbox_lines(questions: Sequence[Question], look: Look) -> Iterator[Spans]:
    """One card for each question, apart by an empty line."""
    for number, question in enumerate(questions):
        if number:
            yield BLANK
        yield from question_lines(question, look)


def question_address(question: Question) -> Address:
    """The name under which a question can be shown."""
    return Address("question", question.id)


def _so_far(question: Question) -> str:
    if not question.is_sent:
        return ""
    if question.road is Road.CONVERGE:
        return "an answer is kept until somebody adopts it"
    return "a decision was sent that nobody has taken up yet"


def question_lines(question: Question, look: Look) -> Iterator[Spans]:
    """What is asked, what can be chosen, who asks, and how to answer."""
    title = one_line(question.title, _LONGEST)
    body = plain(question.body).strip("\n")
    waits = age(question.asked_at, look.now)
    yield (
        Span(look.glyphs.state(State.WAITING), State.WAITING.value),
        Span(f" {title}", STRONG),
        Span(f"  asked {waits} ago" if waits else "", QUIET),
    )
    if body and body != title:
        yield from (words(f"  {line}") for line in body.split("\n"))
    for field in question.fields:
        yield from _options(field, is_alone=len(question.fields) == 1)
        yield from _default(field, question)
    yield from facts(((one_line(label, 40), plain(text)) for label, text in _details(question)), indent=2)
    yield from facts(
        (
            ("asked by", one_line(question.subject, _LONGEST)),
            ("risk", one_line(question.risk or "", _LONGEST)),
            ("answer", one_line(question.answer_via, _LONGEST)),
            ("decide", "\n".join(one_line(way, _LONGEST) for way in ways(question))),
            ("so far", _so_far(question)),
            ("not here", one_line(question.why_not or "", _LONGEST)),
            ("known by", ", ".join(question.witnesses) + (" (inferred)" if question.inferred else "")),
            ("where", one_line(str(question.address), _LONGEST)),
            ("address", one_line(str(question_address(question)), _LONGEST)),
        ),
        indent=2,
    )


def _details(question: Question) -> Iterator[tuple[str, str]]:
    """What is decided about, apart from what stands in the text or with the fields already."""
    for label, text in question.details:
        if text.strip() not in question.body:
            yield label, text.strip("\n")
    if not question.fields and question.decisions and question.road is Road.NONE:
        yield "decisions", ", ".join(question.decisions)


def _options(field: Field, *, is_alone: bool) -> Iterator[Spans]:
    label = one_line(field.label, _LONGEST)
    if label and not is_alone:
        yield (Span(f"  {label}", QUIET), Span(f"  {one_line(field.id, 40)}", QUIET))
    names = [one_line(choice.label, _LONGEST) for choice in field.choices]
    width = max(map(len, names), default=0)
    for number, (name, choice) in enumerate(zip(names, field.choices, strict=True), start=1):
        # A label may be its description with a number before it.
        said = "" if choice.description.strip() in choice.label else f"  {one_line(choice.description, _LONGEST)}"
        label = name.removeprefix(f"{number}. ")
        yield (Span(f"    {number}  {label:<{width if said else 0}}"), Span(said, QUIET))
    if field.allows_other:
        yield words("    or any other words" if field.choices else "    any words", QUIET)


def _default(field: Field, question: Question) -> Iterator[Spans]:
    """What stands in a field before anybody types, unless it is shown with what is decided about."""
    text = plain(field.default).strip("\n")
    if text and not field.is_secret and text not in (part.strip("\n") for _, part in question.details):
        yield from (words(f"    {line}".rstrip()) for line in text.split("\n"))
