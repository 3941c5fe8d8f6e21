"""What the room shows when it has nothing to list: looking, empty, nothing found. Each says the next key. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span

_MARGIN = "  "
_LONGEST = 200


def looking(places: Sequence[str], home: str) -> tuple[Line, ...]:
    """The first look at the disk has not found anything yet."""
    return said("Looking for runs.", f"In {_all(places, home)}; what is found appears at once.", ())


def empty(places: Sequence[str], home: str, keys: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """There is nothing to show at all."""
    return said(
        "No runs here yet.",
        f"Nothing was found under {_all(places, home)}. A run that starts there appears here by itself; "
        "odw-tui demo shows how that looks.",
        keys,
    )


def nothing_matches(query: str, total: int, keys: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """The filter lets nothing through."""
    return said(f"Nothing matches {query}.", f"{numbers.count(total)} rows are there without the filter.", keys)


def said(headline: str, sentence: str, keys: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """A headline, a sentence, and the keys that lead on."""
    widest = max((len(key) for key, _ in keys), default=0)
    return (
        Line(),
        Line((Span(_MARGIN + headline, "strong"),)),
        Line((Span(_MARGIN), Span(sentence, "quiet")), most=6, hang=len(_MARGIN)),
        Line(),
        *(Line((Span(f"{_MARGIN}{key.rjust(widest)}", "strong"), Span(f"  {does}", "quiet"))) for key, does in keys),
    )


def _all(places: Sequence[str], home: str) -> str:
    return ", ".join(one_line(at_home(place, home), _LONGEST) for place in places) or "the places you named"
