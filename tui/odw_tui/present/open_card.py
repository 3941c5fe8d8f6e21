"""An open card: all of a question, its form as far as it is filled in, which key does what. Pure; takes the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from odw_core.decide.guard import risk_of
from odw_core.decide.verdicts import Meaning, is_judged, meaning
from odw_core.model.item import Item, State
from odw_core.model.question import Field, Question
from odw_core.text.ansi import one_line, plain
from odw_tui.answer_form import AnswerForm
from odw_tui.keymap import Keymap
from odw_tui.present import numbers
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import TEXT_LIMIT, said
from odw_tui.present.places import at_home
from odw_tui.present.question_card import option_words, verdict_words
from odw_tui.present.spans import Line, Span, Spans, spans

PATCH = "patch"
_LABEL = 14
_MOST_ROWS = 200
_LONGEST = 200_000
_FOLDERS = frozenset(("folder", "workspace"))
_CONTEXT = "card"
_NEAR = 7
"""Options that are shown of many where there is little space."""

_ACTIONS = {
    Meaning.ACCEPT: ("accept", ""),
    Meaning.FOR_SESSION: ("accept_for_session", "for this session"),
    Meaning.ALWAYS: ("always_allow", "always allow"),
    Meaning.ANSWER: ("send_answer", "send the answer"),
    Meaning.NEVER: ("never_allow", "always forbid"),
    Meaning.DECLINE: ("decline", ""),
    Meaning.ROUND: ("add_round", "another round"),
    Meaning.CANCEL: ("cancel_turn", "stop the turn"),
}
_OF_WORK = {
    "gate": {
        Meaning.ACCEPT: "approve and land",
        Meaning.DECLINE: "reject with a reason",
        Meaning.ROUND: "another round",
        Meaning.CANCEL: "stop the run",
    },
    "plan": {Meaning.ACCEPT: "start on these tasks", Meaning.CANCEL: "stop the run"},
    "plans": {Meaning.ACCEPT: "approve these plans", Meaning.CANCEL: "stop the run"},
    "coordination": {
        Meaning.ACCEPT: "accept it as it is",
        Meaning.ROUND: "look again and ask once more",
        Meaning.CANCEL: "stop the run",
    },
    "commit": {Meaning.ACCEPT: "commit and go on", Meaning.CANCEL: "stop the run"},
}
"""What a verdict does to work as a whole."""
_CHOICE, _LONG_CHOICE = 80, 400
_MOST_TYPED, _MOST_TYPED_BRIEF = 10, 3


class Shown(NamedTuple):
    """What is known besides the question itself."""

    place: tuple[int, int]
    """Its number among those that wait, and how many there are; (0, n) when it is not asked any more."""
    word: str = ""
    """How far a decision came: ``sent``, ``decided``, ``taken``; empty when none was sent."""
    note: str = ""
    """What happened to it, as a sentence."""
    is_gone: bool = False


def head_lines(question: Question, item: Item | None, shown: Shown, signs: Glyphs, now: float) -> tuple[Line, ...]:
    """What is asked, by whom and since when."""
    number, total = shown.place
    counter = f"{number} of {total}   " if number and total > 1 else ""
    asked = f"asked {numbers.age(now - question.asked_at)} ago" if question.asked_at is not None else ""
    state = Span(f"{shown.word}   ", "running") if shown.word and not shown.is_gone else Span("")
    sign = signs.state(State.DONE) if shown.is_gone else signs.state(State.WAITING)
    first = said(
        Span(f"{sign} {counter}", "done" if shown.is_gone else "waiting"),
        Span(one_line(question.title, 300), "strong"),
        right=spans(state, Span("closed" if shown.is_gone else asked, "quiet")),
    )
    asker = one_line(item.title, 200) if item is not None else str(question.address)
    who = [one_line(question.kind, 40), one_line(question.subject, 80), asker]
    second = Line(spans(Span(f" {signs.dot} ".join(dict.fromkeys(filter(None, who))), "quiet")))
    return (first, second)


def asked_lines(question: Question, home: str) -> tuple[Line, ...]:
    """What is decided about, whole. The patch is shown by itself."""
    lines: list[Line] = []
    fields = {field.id for field in question.fields}
    told = {label for label, _ in question.details}
    details = [(label, text) for label, text in question.details if label != PATCH and label not in fields]
    is_told_in_parts = bool(told & {"command", PATCH}) or (len(fields) > 1 and bool(fields & told))
    # Of work as a whole the patch says what, and the words why it is asked: after a conflict, at the ceiling.
    if is_judged(question.kind) or not is_told_in_parts:
        lines += _fact("asks" if details else "", question.body)
    last = ""
    for label, text in details:
        shown = at_home(text, home) if label in _FOLDERS else text
        lines += _fact("" if label == last else label, shown, is_part=True, tone="strong" if label == "command" else "")
        last = label
    return tuple(lines)


def _fact(label: str, text: str, *, is_part: bool = False, tone: str = "") -> list[Line]:
    """A labelled text with all of its lines, wrapped and never cut. ``is_part``: indented also without a label."""
    shown = plain(text[:_LONGEST]).strip("\n").split("\n")
    indent = _LABEL if label or is_part else 0
    lines: list[Line] = []
    if len(label) >= _LABEL:
        lines.append(Line((Span(label, "quiet"),)))
        label = ""
    for place, row in enumerate(shown):
        begin = Span(("" if place else label).ljust(indent), "quiet")
        lines.append(Line(spans(begin, Span(row or " ", tone)), most=_MOST_ROWS, hang=indent))
    if len(text) > _LONGEST:
        lines.append(Line((Span(f"{' ' * indent}and {len(text) - _LONGEST} characters more", "blocked"),)))
    return lines


def form_lines(question: Question, form: AnswerForm, signs: Glyphs, *, is_brief: bool = False) -> tuple[Line, ...]:
    """One line for each field, and below the present one everything that can be picked or typed.

    ``is_brief`` leaves out the other fields, and of many options those that are far from the picked one.
    """
    lines: list[Line] = []
    told = dict(question.details)
    for place, field in enumerate(form.fields):
        is_here = form.field is field
        if is_brief and not is_here:
            continue
        of = f" of {len(form.fields)}" if is_brief else ""
        number = f"{place + 1}{of}  " if len(form.fields) > 1 else ""
        mark = Span(f"{signs.cursor if is_here else ' '} ", "accent")
        label = Span(f"{number}{one_line(field.label or field.id, 120)}", "strong" if is_here else "quiet")
        if not is_here:
            lines.append(said(mark, label, Span("   "), *_given(field, form, signs)))
            continue
        lines.append(said(mark, label, Span(_how(question, field, form), "faint")))
        body = told.get(field.id) if len(form.fields) > 1 else None
        if body:
            lines.append(Line((Span(f"    {one_line(body, TEXT_LIMIT)}"),), most=2 if is_brief else 6, hang=4))
        lines += _choices(field, form, signs, is_brief=is_brief)
        lines += _typed(field, form, signs, is_brief=is_brief)
    return tuple(lines)


def _how(question: Question, field: Field, form: AnswerForm) -> str:
    """How the present field is filled in, where that does not go without saying."""
    if form.is_typing:
        return "   esc: letters decide again" if is_judged(question.kind) else _may_stay_empty(field)
    return "   space picks, several may be" if field.takes_several else _may_stay_empty(field)


def _may_stay_empty(field: Field) -> str:
    return "   may stay empty" if field.is_optional and not field.default else ""


def _given(field: Field, form: AnswerForm, signs: Glyphs) -> Spans:
    several = form.picked(field)
    picked = f"{len(several)} picked" if len(several) > 1 else next(iter(several), "")
    typed = form.typed(field).text.strip()
    if not picked and not typed:
        return (Span(signs.absent, "quiet"),)
    shown = _hidden(typed) if field.is_secret else one_line(typed, 200)
    is_same = not form.is_changed(field)
    return spans(
        Span(one_line(picked, 120), "strong"),
        Span("   " if picked and shown else ""),
        Span(shown, "quiet" if is_same else ""),
    )


def _hidden(typed: str) -> str:
    return "*" * len(typed)


def _choices(field: Field, form: AnswerForm, signs: Glyphs, *, is_brief: bool) -> list[Line]:
    numbered = [*enumerate(field.choices, 1)]
    if is_brief and len(numbered) > _NEAR:
        at = next((number for number, choice in numbered if choice.label in form.picked(field)), 1)
        picked = form.option(field) + 1 if field.takes_several else at
        first = max(0, min(picked - 1 - _NEAR // 2, len(numbered) - _NEAR))
        numbered = numbered[first : first + _NEAR]
    longest = _LONG_CHOICE if field.takes_several else _CHOICE
    width = max((len(one_line(choice.label, longest)) for _, choice in numbered), default=0)
    lines: list[Line] = []
    for number, choice in numbered:
        is_picked = choice.label in form.picked(field)
        is_here = field.takes_several and not form.is_typing and form.option(field) == number - 1
        label, about = option_words(choice, number, longest)
        box = f"[{'x' if is_picked else ' '}] "
        place = f" {signs.cursor} {number:2}  " if is_here else f"   {number:2}  "
        head = (Span(place, "waiting"), Span(box, "strong" if is_picked else "quiet"))
        words = Span(f"{label.ljust(width)}   " if about else label, "strong" if is_picked else "")
        lines.append(Line(spans(*head, words, Span(about, "quiet")), most=1 if is_brief else 3, hang=11))
    return lines


def _typed(field: Field, form: AnswerForm, signs: Glyphs, *, is_brief: bool) -> list[Line]:
    if field.choices and not field.allows_other:
        return []
    stop = form.stop
    is_here = form.is_typing and stop is not None and stop.is_text
    editor = form.typed(field)
    sign = Span("    >  ", "waiting" if is_here else "faint")
    if not is_here and not editor.text:
        free = "a note, or an answer in your own words" if field.choices else "your answer"
        return [said(sign, Span(f"tab: {free}", "faint"))]
    text = _hidden(editor.text) if field.is_secret else editor.text
    lines = _text_lines(sign, text, editor.at, signs.caret if is_here else "", is_brief=is_brief)
    if field.is_secret:
        lines.append(said(Span("       secret: shown and kept nowhere", "faint")))
    return lines


def _text_lines(sign: Span, text: str, at: int, caret: str, *, is_brief: bool) -> list[Line]:
    """What is typed, line by line; of a long text what lies around the caret."""
    rows = f"{plain(text[:at])}{caret}{plain(text[at:])}".split("\n")
    most = _MOST_TYPED_BRIEF if is_brief else _MOST_TYPED
    here = text[:at].count("\n")
    first = max(0, min(here - most // 2, len(rows) - most))
    shown = rows[first : first + most]
    lines = [
        Line(spans(Span("       ") if number else sign, Span(row, "strong")), most=6, hang=7)
        for number, row in enumerate(shown)
    ]
    if more := len(rows) - len(shown):
        lines.append(said(Span(f"       {more} more {'line' if more == 1 else 'lines'}", "faint")))
    return lines


def decide_lines(
    question: Question, shown: Shown, keymap: Keymap, signs: Glyphs, *, is_read_only: bool, where: str = ""
) -> tuple[Line, ...]:
    """The risk, what the keys do, and by which road an answer goes; what happened, when it is over.

    ``where`` names the terminal in which it runs, when only that one can answer.
    """
    lines: list[Line] = []
    if shown.note:
        tone = "done" if shown.is_gone or shown.word in ("decided", "taken") else "blocked"
        lines.append(Line((Span(shown.note, "running" if shown.word == "sent" else tone),), most=4))
    if shown.is_gone:
        return tuple(lines)
    risk = risk_of(question)
    if risk.why:
        words = Span(f"   type {risk.word} to let it happen" if risk.word else "", "failed")
        lines.append(
            Line(spans(Span("risk".ljust(_LABEL), "quiet"), Span(risk.why, "blocked"), words), most=4, hang=_LABEL)
        )
    if question.why_not:
        told = Span(f"not from here: {one_line(question.why_not, TEXT_LIMIT)}", "blocked")
        lines.append(Line(spans(Span("here".ljust(_LABEL), "quiet"), told), most=4, hang=_LABEL))
    via = Span(one_line(question.answer_via, TEXT_LIMIT), "quiet")
    lines.append(Line(spans(Span("who".ljust(_LABEL), "quiet"), via), most=4, hang=_LABEL))
    if where:
        lines.append(Line(spans(Span("runs as".ljust(_LABEL), "quiet"), Span(where)), most=4, hang=_LABEL))
        lines.append(Line(_ways_there(keymap, signs), most=3, hang=_LABEL))
    if is_read_only:
        lines.append(said(Span("read-only: nothing can be decided in this room", "blocked")))
    elif not question.why_not and shown.word not in ("sent", "decided"):
        lines.append(Line(_keys(question, keymap, signs), most=5))
    return tuple(lines)


def _ways_there(keymap: Keymap, signs: Glyphs) -> Spans:
    """``t goes there   b resumes it beside``."""
    found: list[Span] = [Span(" " * _LABEL)]
    for action, label in (("its_terminal", "goes there"), ("open_beside", "resumes it in a new tmux window")):
        if key := keymap.shown(_CONTEXT, action, ascii_only=signs.is_ascii):
            found += [Span("   " if len(found) > 1 else ""), Span(key, "waiting"), Span(f" {label}")]
    return spans(*found)


def _keys(question: Question, keymap: Keymap, signs: Glyphs) -> Spans:
    """``a accept   A accept for this session   x decline``."""
    found: list[Span] = []
    for verdict in question.decisions:
        action, label = _ACTIONS.get(meaning(verdict), ("", ""))
        label = _OF_WORK.get(question.kind, {}).get(meaning(verdict), "") or label or verdict_words(verdict)
        key = keymap.shown(_CONTEXT, action, ascii_only=signs.is_ascii) if action else ""
        if key:
            found += [Span("   " if found else ""), Span(key, "waiting"), Span(f" {label}")]
    return spans(*found)


def verdicts_of(question: Question, wanted: Meaning) -> Sequence[str]:
    """Those of the question's verdicts that mean ``wanted``."""
    return [verdict for verdict in question.decisions if meaning(verdict) is wanted]


def closed_sentence(word: str, verdict: str, item: Item | None) -> str:
    """What became of a question that is not asked any more, from what is known."""
    if word in ("sent", "decided", "taken"):
        begin = (
            f"You decided: {verdict_words(verdict)}. It was taken."
            if word != "sent"
            else (f"It is not asked any more; your {verdict_words(verdict)} was sent before.")
        )
    else:
        begin = "It is not asked any more: somebody else decided it, or it was withdrawn."
    if item is None:
        return begin
    return f"{begin} {one_line(item.title, 80)} is {item.state.value} now: {one_line(item.why, 200)}"
