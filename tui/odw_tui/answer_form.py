"""AnswerForm: what a person has picked and typed into the fields of one question, and where the next key goes.

A value without a widget, so that no fast key goes elsewhere. Sends nothing; what is secret never leaves through
``kept``, and never shows in a ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from odw_core.decide.verdicts import is_judged
from odw_core.model.question import Field, Question
from odw_tui.widgets.line_editor import LineEditor

_NEW_LINE = ("ctrl+j", "shift+enter", "alt+enter")
_BETWEEN = "\n"
"""Between several picked options as they are kept."""


class Stop(NamedTuple):
    """One place that ``tab`` goes to: the options of a field, or its line of text."""

    field: int
    is_text: bool


class AnswerForm:
    """``kept`` is what was half-written before: field id to (picked, typed)."""

    def __init__(self, question: Question, kept: Mapping[str, tuple[str, str]]) -> None:
        self._fields = question.fields
        self._picked: dict[str, tuple[str, ...]] = {}
        self._options: dict[str, int] = {}
        """Field of which several options may be picked to the one that the cursor is on."""
        self._typed: dict[str, LineEditor] = {}
        self._at = 0
        self.is_typing = False
        """Whether letters go into the line of text."""
        for field in self._fields:
            picked, typed = kept.get(field.id, ("", ""))
            self._take(field, picked, typed)
        self._stops = _stops(self._fields)
        # Beside verdicts letters are keys, until somebody goes to a line of text.
        self._is_beside = is_judged(question.kind)
        self.is_typing = bool(self._stops) and self._stops[0].is_text and not self._is_beside

    def __repr__(self) -> str:
        return f"<AnswerForm of {len(self._fields)} fields>"

    def _take(self, field: Field, picked: str, typed: str) -> None:
        wanted = picked.split(_BETWEEN) if field.takes_several else (picked,)
        if fitting := tuple(choice.label for choice in field.choices if choice.label in wanted):
            self._picked[field.id] = fitting
        if _has_text(field) and (text := typed or field.default):
            self._typed[field.id] = LineEditor(text, len(text))

    def renew(self, question: Question) -> None:
        """The question is another by now: what still fits it stays, where it was."""
        before_picked, before_typed, stop = self._picked, self._typed, self.stop
        was_at = self._fields[stop.field].id if stop is not None else ""
        self._fields, self._picked, self._typed = question.fields, {}, {}
        for field in self._fields:
            editor = before_typed.get(field.id)
            picked = _BETWEEN.join(before_picked.get(field.id, ()))
            self._take(field, picked, editor.text if editor is not None else "")
        self._stops = _stops(self._fields)
        same = [
            place
            for place, one in enumerate(self._stops)
            if stop is not None and self._fields[one.field].id == was_at and one.is_text == stop.is_text
        ]
        self._at = same[0] if same else 0
        self.is_typing = self.is_typing and bool(same) and self._stops[self._at].is_text

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the question."""
        return self._fields

    @property
    def stop(self) -> Stop | None:
        """Where the next key goes; None without fields."""
        return self._stops[self._at] if self._stops else None

    @property
    def field(self) -> Field | None:
        """The field that it is about."""
        stop = self.stop
        return None if stop is None else self._fields[stop.field]

    @property
    def is_alone(self) -> bool:
        """Whether there is one place to go to, and nothing that could be typed there."""
        return len(self._stops) == 1 and not self._stops[0].is_text

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing after this."""
        return self._at >= len(self._stops) - 1

    def picked(self, field: Field) -> tuple[str, ...]:
        """The options that are picked, in their order."""
        return self._picked.get(field.id, ())

    def option(self, field: Field) -> int:
        """The option that the cursor is on, from 0, where several may be picked."""
        return min(self._options.get(field.id, 0), max(0, len(field.choices) - 1))

    def is_changed(self, field: Field) -> bool:
        """Whether somebody picked or typed something that did not stand there before."""
        return bool(self.picked(field)) or self.typed(field).text != field.default

    def typed(self, field: Field) -> LineEditor:
        """What is typed."""
        return self._typed.get(field.id, LineEditor())

    def is_answered(self, field: Field) -> bool:
        """Whether something is picked or typed."""
        return bool(self.picked(field) or self.typed(field).text.strip())

    def step(self, steps: int) -> None:
        """To the next or the last stop, going round; beside verdicts first into the line of text that one stands at."""
        if self._is_beside and not self.is_typing and steps > 0 and (stop := self.stop) is not None and stop.is_text:
            self.is_typing = True
        elif self._stops:
            self._at = (self._at + steps) % len(self._stops)
            self.is_typing = self._stops[self._at].is_text

    def go_to(self, field_id: str) -> None:
        """To a field, where there is one of that name; letters decide there until somebody types."""
        for at, stop in enumerate(self._stops):
            if self._fields[stop.field].id == field_id:
                self._at, self.is_typing = at, False
                return

    def pick(self, number: int) -> bool:
        """Pick an option of the present field, counted from 1, or let it go again; False when there is none."""
        field = self.field
        if field is None or not 1 <= number <= len(field.choices):
            return False
        label = field.choices[number - 1].label
        picked = self.picked(field)
        if field.takes_several:
            self._options[field.id] = number - 1
            wanted = {*picked} ^ {label}
            self._picked[field.id] = tuple(choice.label for choice in field.choices if choice.label in wanted)
        else:
            self._picked[field.id] = () if picked == (label,) else (label,)
        return True

    def toggle(self) -> bool:
        """Pick the option that the cursor is on, or let it go again; False where there are no options.

        Where one alone may be picked it is the one that is, else the first.
        """
        field, stop = self.field, self.stop
        if field is None or stop is None or stop.is_text:
            return False
        if field.takes_several:
            return self.pick(self.option(field) + 1)
        labels = [choice.label for choice in field.choices]
        return self.pick(labels.index(next(iter(self.picked(field)), labels[0])) + 1)

    def pick_beside(self, steps: int) -> bool:
        """Pick the option after or before the picked one, or go there where several may be picked; False when there is
        none."""
        field = self.field
        if field is None or not field.choices:
            return False
        labels = [choice.label for choice in field.choices]
        if field.takes_several:
            at = self.option(field) + steps
        else:
            first = next(iter(self.picked(field)), "")
            at = labels.index(first) + steps if first in labels else min(steps, 0) % len(labels)
        if not 0 <= at < len(labels):
            return False
        if field.takes_several:
            self._options[field.id] = at
        else:
            self._picked[field.id] = (labels[at],)
        return True

    def press(self, key: str, character: str | None) -> bool:
        """A key for the line of text; False when it is none of its."""
        stop, field = self.stop, self.field
        if not self.is_typing or stop is None or field is None:
            return False
        typed = self.typed(field)
        # A prompt has lines of its own.
        is_line = key in _NEW_LINE and not field.is_secret
        edited = typed.with_line() if is_line else typed.pressed(key, character)
        if edited is None:
            return False
        self._typed[field.id] = edited
        return True

    def paste(self, text: str) -> bool:
        """Text put in as a whole."""
        field = self.field
        if not self.is_typing or field is None:
            return False
        self._typed[field.id] = self.typed(field).with_typed(text)
        return True

    def values(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(field id, what was picked and then what was typed) of each field that has an answer."""
        found: list[tuple[str, tuple[str, ...]]] = []
        for field in self._fields:
            given = tuple(one for one in (*self.picked(field), self.typed(field).text.strip()) if one)
            if given:
                found.append((field.id, given))
        return tuple(found)

    def kept(self) -> dict[str, tuple[str, str]]:
        """What may be written down: nothing of what is secret."""
        return {
            field.id: (_BETWEEN.join(self.picked(field)), self.typed(field).text if self.is_changed(field) else "")
            for field in self._fields
            if not field.is_secret
        }

    def forget(self) -> None:
        """Everything goes, at once what is secret."""
        self._picked.clear()
        self._typed.clear()


def _has_text(field: Field) -> bool:
    return field.allows_other or not field.choices


def _stops(fields: tuple[Field, ...]) -> tuple[Stop, ...]:
    found: list[Stop] = []
    for place, field in enumerate(fields):
        if field.choices:
            found.append(Stop(place, is_text=False))
        if _has_text(field):
            found.append(Stop(place, is_text=True))
    return tuple(found)
