"""What is told about open questions: which are new, several merged into one, all of it as plain lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.model.question import Question
from odw_core.text.ansi import one_line

When = Literal["off", "unfocused", "always"]

_TITLE, _SUBTITLE, _BODY, _NAME = 120, 160, 240, 40
_NAMED, _LISTED = 3, 50


@dataclass(frozen=True, slots=True)
class Call:
    """One question as it is told. Every text is one plain line."""

    question: str
    """The question's id."""
    address: str
    kind: str
    title: str
    """The run or session that asks."""
    subtitle: str
    """Why it asks."""
    body: str
    """First line of the question."""
    place: str = ""
    """Absolute path of the workspace; empty when it is not known."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told in one go."""

    title: str
    subtitle: str
    body: str
    calls: tuple[Call, ...]

    @property
    def sentence(self) -> str:
        """Everything on one line, for terminals that know no more."""
        return " · ".join(filter(None, (self.title, self.subtitle, self.body)))

    @property
    def document(self) -> dict[str, object]:
        """The same as JSON; of many questions the first ones."""
        return {
            "schema": 1,
            "title": self.title,
            "subtitle": self.subtitle,
            "body": self.body,
            "count": len(self.calls),
            "questions": [asdict(one) for one in self.calls[:_LISTED]],
        }

    @property
    def variables(self) -> dict[str, str]:
        """The same as environment variables; address, question, kind and place are those of the first one."""
        first = self.calls[0]
        return {
            "ODW_TUI_TITLE": self.title,
            "ODW_TUI_SUBTITLE": self.subtitle,
            "ODW_TUI_BODY": self.body,
            "ODW_TUI_COUNT": str(len(self.calls)),
            "ODW_TUI_ADDRESS": first.address,
            "ODW_TUI_QUESTION": first.question,
            "ODW_TUI_KIND": first.kind,
            "ODW_TUI_PLACE": first.place,
        }


def call_of(question: Question, run_title: str, place: str = "") -> Call:
    """What is told about one question of the run called ``run_title``."""
    kind, title = one_line(question.kind, _NAME) or "question", one_line(question.title, _SUBTITLE)
    body = one_line(question.body, _BODY) or title
    reason = f"{kind} of {one_line(question.subject, _SUBTITLE)}" if question.subject else kind
    return Call(
        question=one_line(question.id, _TITLE),
        address=one_line(str(question.address), _SUBTITLE),
        kind=kind,
        title=one_line(run_title, _TITLE) or one_line(str(question.address.root), _TITLE),
        subtitle=f"{kind}: {title}" if title and title != body else reason,
        body=body,
        place=one_line(place, 4096),
    )


def calls_of(questions: Iterable[Question], items: Mapping[Address, Item]) -> tuple[Call, ...]:
    """The same for questions of the runs in ``items``."""
    found = ((one, items.get(one.address.root)) for one in questions)
    return tuple(call_of(one, item.title if item else "", item.place if item else "") for one, item in found)


def merged(calls: Sequence[Call]) -> Notice:
    """All of ``calls``, of which there is at least one, as a single notice."""
    first = calls[0]
    if len(calls) == 1:
        return Notice(first.title, first.subtitle, first.body, (first,))
    waiting = f"{len(calls)} questions wait"
    titles = [*dict.fromkeys(one.title for one in calls)]
    if len(titles) == 1:
        return Notice(first.title, waiting, first.body, tuple(calls))
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    names = ", ".join(one_line(title, _NAME) for title in titles[:_NAMED])
    return Notice(f"{waiting} in {len(titles)} runs", f"{names}{more}", first.body, tuple(calls))


class News:
    """Which open questions are new to one watcher. Those that are there when it comes are no news."""

    def __init__(self, began_at: float) -> None:
        self._began_at = began_at
        self._known: set[str] = set()
        self._has_seen_all = False

    def sort(
        self, questions: Iterable[Question], *, is_complete: bool
    ) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
        """(new, there before) of those never seen until now.

        Until the first look at everything ``is_complete``, only what was asked since the beginning is new.
        """
        unknown = tuple(one for one in questions if one.id not in self._known)
        self._known.update(one.id for one in unknown)
        if self._has_seen_all:
            return unknown, ()
        self._has_seen_all = is_complete
        before = tuple(one for one in unknown if one.asked_at is None or one.asked_at < self._began_at)
        return tuple(one for one in unknown if one not in before), before


def is_wanted(when: When, *, is_looked_at: bool) -> bool:
    """Whether a person wants to be told."""
    return when == "always" or (when == "unfocused" and not is_looked_at)
