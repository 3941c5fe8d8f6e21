"""What is said where two at work change the same file or work in the same folder. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.state.overlap import Overlap, overlaps
from odw_core.text.ansi import one_line
from odw_tui.present.parts import labelled
from odw_tui.present.places import at_home
from odw_tui.present.questions import row_of
from odw_tui.present.spans import Line, Span

_MOST = 3
"""Overlaps that are named; the others are counted."""

Shared = Mapping[Address, tuple[Overlap, ...]]


def shared_by_row(items: Mapping[Address, Item]) -> dict[Address, tuple[Overlap, ...]]:
    """What each row shares with other rows; what the sessions of a run share with others, the run does."""
    found: dict[Address, dict[Address, Overlap]] = {}
    for address, shared in overlaps(items).items():
        row = row_of(address, items)
        for one in shared:
            other = row_of(one.other, items)
            if other != row:
                found.setdefault(row, {}).setdefault(other, one._replace(other=other))
    return {row: tuple(sorted(shared.values(), key=lambda one: not one.is_file)) for row, shared in found.items()}


def shared_name(shared: Sequence[Overlap]) -> str:
    """``shares queue.py``: the first of them in two words; empty where nothing is shared."""
    if not shared:
        return ""
    name = one_line(posixpath.basename(shared[0].path), 60) or shared[0].path
    return f"shares {name}" if shared[0].is_file else "shares its folder"


def shared_lines(shared: Sequence[Overlap], items: Mapping[Address, Item], home: str) -> tuple[Line, ...]:
    """A line for each other one, with its title, and the file or folder."""
    lines = [
        labelled(
            "shares" if not number else "",
            Span(at_home(one_line(one.path, 200), home), "blocked"),
            Span(f" {_how(one)} {_title(one.other, items)}", "quiet"),
            most=2,
        )
        for number, one in enumerate(shared[:_MOST])
    ]
    if len(shared) > _MOST:
        lines.append(labelled("", Span(f"and {len(shared) - _MOST} more", "quiet")))
    return tuple(lines)


def _how(one: Overlap) -> str:
    return "is changed by this too:" if one.is_file else "is where this works too:"


def _title(address: Address, items: Mapping[Address, Item]) -> str:
    item = items.get(address)
    return one_line(item.title, 80) if item is not None else str(address)
