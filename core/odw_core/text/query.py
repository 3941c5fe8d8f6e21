"""Query: what a person typed to find something, and whether a text has it. Knows no file, no database; never raises.

Words must all be there, ``"a phrase"`` as it stands, ``-word`` must not; ``goal:``, ``engine:``, ``state:`` narrow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_FIELDS = (
    "answer blocker cause command conversation diff file goal journal log message plan prompt question record report"
    " scenario stderr stdout title"
)

FIELDS = frozenset(_FIELDS.split())
"""Names that may stand before a colon to say where to look."""

_TOKEN = re.compile(
    r'(?P<minus>-(?=[\w"]))?(?:(?P<key>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))|(?P<rest>\S)'
)
# What JSON never escapes, and what colour codes seldom stand between.
_ASCII_RUN = re.compile(r"[0-9a-z_.-]+")
_LEAST_NEEDLE = 2


class _Folding(dict[int, str]):
    """Each character without accent and case, always as one character, so that places in a text stay."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = unicodedata.normalize("NFD", character)[0].lower()
        self[code] = base if len(base) == 1 else character
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """``text`` without accents and case; as long as before."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase."""

    words: tuple[str, ...]
    """One for a word, several for a phrase; folded."""
    typed: tuple[str, ...]
    """The same in lower case, with their accents."""
    field: str | None = None
    """For an unwanted one: where it must not be."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds it in a folded text; between the words of a phrase may stand any space."""
        return re.compile(r"\s+".join(map(re.escape, self.words)))

    def span_in(self, text: str) -> tuple[int, int] | None:
        """Where it first stands in a folded text."""
        if len(self.words) == 1:
            at = text.find(self.words[0])
            return None if at < 0 else (at, at + len(self.words[0]))
        match = self.pattern.search(text)
        return None if match is None else match.span()


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; False when no word is."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    fields: frozenset[str] = frozenset()
    """Where it must be found; empty for anywhere."""
    engines: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    not_engines: frozenset[str] = frozenset()
    not_states: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def has_phrase(self) -> bool:
        """Whether something wanted is more than one word."""
        return any(len(term.words) > 1 for term in self.wanted)

    @property
    def needles(self) -> tuple[str, ...]:
        """One of these is in the bytes of every text that matches, when ASCII case is ignored; empty when the words
        are too short to look for in large files. The text may be a string of JSON, so each is given escaped too."""
        typed = [word for term in self.wanted for word in term.typed]
        best = max((run for word in typed for run in _ASCII_RUN.findall(word)), key=_rarity, default="")
        if len(best) >= _LEAST_NEEDLE:
            return (best,)
        longest = max(typed, key=len, default="")
        if len(longest) < _LEAST_NEEDLE and longest.isascii():
            return ()
        forms = dict.fromkeys((longest, longest.upper(), longest.title()))
        return tuple(dict.fromkeys(form for one in forms for form in (one, _escaped(one)) if form))

    @property
    def all_needles(self) -> tuple[str, ...]:
        """Every one of these is near the words in the bytes of a text that matches: a cheap no for most places."""
        runs = (max(_ASCII_RUN.findall(word), key=len, default="") for term in self.wanted for word in term.typed)
        return tuple(dict.fromkeys(run for run in runs if len(run) >= _LEAST_NEEDLE))

    def takes_item(self, engine: str, state: str) -> bool:
        """Whether items of that engine and state are looked through."""
        return (
            (not self.engines or engine in self.engines)
            and (not self.states or state in self.states)
            and engine not in self.not_engines
            and state not in self.not_states
        )

    def takes_field(self, field: str) -> bool:
        """Whether such texts are looked through."""
        return not self.fields or field in self.fields

    def is_in(self, text: str, field: str) -> bool:
        """Whether a text has all that is wanted and nothing that is not."""
        return bool(self.spans(text, field))

    def spans(self, text: str, field: str) -> list[tuple[int, int]]:
        """Where each wanted term first stands in ``text``, in order; empty when it does not match."""
        if not self.wanted or not self.takes_field(field):
            return []
        plain = folded(text)
        found: list[tuple[int, int]] = []
        for term in self.wanted:
            span = term.span_in(plain)
            if span is None:
                return []
            found.append(span)
        if any(term.field in (None, field) and term.span_in(plain) for term in self.unwanted):
            return []
        return sorted(found)

    def all_spans(self, text: str) -> list[tuple[int, int]]:
        """Everywhere the wanted terms stand, in order and without overlap: what is to be shown strongly."""
        plain = folded(text)
        found = sorted(match.span() for term in self.wanted for match in term.pattern.finditer(plain))
        apart: list[tuple[int, int]] = []
        for start, end in found:
            if end > start and (not apart or start >= apart[-1][1]):
                apart.append((start, end))
        return apart


def parse_query(text: str, states: Iterable[str] = ()) -> Query:
    """What ``text`` asks for. ``states`` are the words that may stand behind ``state:``; whatever is not understood
    is looked for as it stands."""
    known = frozenset(states)
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    fields: set[str] = set()
    narrow: dict[str, set[str]] = {name: set() for name in ("engine", "state", "-engine", "-state")}
    for match in _TOKEN.finditer(text):
        minus, key = match["minus"] or "", (match["key"] or "").lower()
        value = match["phrase"] if match["phrase"] is not None else match["word"] or match["rest"] or ""
        if key == "engine" or (key == "state" and value.lower() in known):
            narrow[minus + key].add(value.lower())
            continue
        if key and key not in FIELDS:
            value, key = f"{match['key']}:{value}", ""
        term = _term(value, key if minus else "")
        if key and not minus:
            fields.add(key)
        if term is not None:
            (unwanted if minus else wanted)[term] = None
    return Query(
        tuple(wanted),
        tuple(unwanted),
        frozenset(fields),
        frozenset(narrow["engine"]),
        frozenset(narrow["state"]),
        frozenset(narrow["-engine"]),
        frozenset(narrow["-state"]),
    )


def _rarity(word: str) -> tuple[int, bool]:
    """How seldom it will be found: numbers and names are in fewer texts than words."""
    return len(word) + 4 * any(not character.isalpha() for character in word), word.isalpha()


def _term(value: str, field: str) -> Term | None:
    typed = tuple(value.lower().split())
    return Term(tuple(map(folded, typed)), typed, field or None) if typed else None


def _escaped(text: str) -> str:
    """As JSON writes it, in lower case where that does not matter."""
    made = []
    for character in text:
        code = ord(character)
        if character in '"\\':
            made.append("\\" + character)
        elif 0x20 <= code < 0x7F:
            made.append(character)
        elif code > 0xFFFF:
            made.append(f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}")
        else:
            made.append(f"\\u{code:04x}")
    return "".join(made)
