"""The places of a room as a tree with their counts, and what was found below a folder. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from odw_core.model.change import Snapshot
from odw_core.model.item import State
from odw_core.state.select import is_row
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.numbers import count
from odw_tui.present.parts import TEXT_LIMIT, counted, labelled
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, Spans, cut, cut_text, fit, left, spans, width_of

_LEAST_NAME, _MOST_NAME = 16, 44
_NOTE = 24
_NOTE_FROM = 96
_INDENT = 4
_QUIET = (State.DONE, State.IDLE)


@dataclass(frozen=True, slots=True)
class Place:
    """One place: a workspace or a Codex home."""

    path: str
    name: str = ""
    """What its owner calls it."""
    is_home: bool = False
    is_kept: bool = False
    """Whether it stands in ``config.toml``."""
    is_watched: bool = True
    campaign: str = ""
    """The campaign that is not over and because of which it is watched, where nobody named the place."""
    counts: Mapping[State, int] = field(default_factory=dict)

    @property
    def note(self) -> str:
        """Where it comes from, and whether it is watched yet."""
        if self.is_kept:
            return "kept" if self.is_watched else "kept, not watched yet"
        if self.campaign:
            return "of a campaign at work"
        return "Codex home" if self.is_home else "only this time"


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree; without a place it is a heading."""

    key: str
    left: Spans
    place: Place | None = None


def places_of(snapshot: Snapshot, kept: Sequence[str], names: Mapping[str, str], codex_home: str) -> tuple[Place, ...]:
    """Everything that is watched or kept, by path; workspaces first. ``codex_home`` is the user's own."""
    counts: dict[str, dict[State, int]] = {}
    homes = {codex_home}
    for item in snapshot.items.values():
        if item.address.engine == "codex":
            homes.add(item.place)
        if is_row(item, snapshot.items):
            of_place = counts.setdefault(item.place, {})
            of_place[item.state] = of_place.get(item.state, 0) + 1
    made = (
        Place(
            path,
            names.get(path, ""),
            is_home=path in homes,
            is_kept=path in kept,
            is_watched=path in snapshot.places,
            campaign=str(snapshot.lent.get(path, "")),
            counts=counts.get(path, {}),
        )
        for path in dict.fromkeys((*snapshot.places, *kept))
    )
    return tuple(sorted(made, key=lambda place: (place.is_home, place.path)))


def tree(places: Sequence[Place], home: str) -> tuple[TreeRow, ...]:
    """Workspaces under the folder they lie in, then Codex homes."""
    rows: list[TreeRow] = []
    for title, members in (
        ("workspaces", [place for place in places if not place.is_home]),
        ("Codex homes", [place for place in places if place.is_home]),
    ):
        if not members:
            continue
        if rows:
            rows.append(TreeRow(f"space {title}", ()))
        rows.append(TreeRow(f"title {title}", (Span(f"  {title}", "quiet"), Span(f"  {len(members)}", "faint"))))
        above = None
        for place in sorted(members, key=lambda one: (one.path.rpartition("/")[0], one.path)):
            folder, _, last = place.path.rpartition("/")
            if folder != above:
                above = folder
                shown = one_line(at_home(folder or "/", home), TEXT_LIMIT).rstrip("/") + "/"
                rows.append(TreeRow(f"folder {title} {folder}", (Span(f"  {shown}", "faint"),)))
            name = one_line(place.name, TEXT_LIMIT)
            own = (Span(name, "strong"), Span(f"  {one_line(last, TEXT_LIMIT)}", "faint")) if name else ()
            rows.append(TreeRow(place.path, own or (Span(one_line(last, TEXT_LIMIT) or "/", "strong"),), place))
    return tuple(rows)


def tree_line(row: TreeRow, signs: Glyphs, width: int, *, has_cursor: bool) -> Spans:
    """One line of the tree: name, counts by state, where it comes from."""
    if row.place is None:
        return cut(row.left, width, signs.ellipsis)
    bar = Span(left(signs.cursor if has_cursor else "", _INDENT), "accent")
    name = max(_LEAST_NAME, min(_MOST_NAME, width // 3))
    note = _NOTE if width >= _NOTE_FROM else 0
    counts = fit(place_counts(row.place, signs), max(0, width - _INDENT - name - 2 - note), signs.ellipsis)
    return spans(
        bar,
        *fit(row.left, name, signs.ellipsis),
        Span("  "),
        *counts,
        Span(cut_text(row.place.note, note, signs.ellipsis) if note else "", "quiet"),
    )


def place_counts(place: Place, signs: Glyphs) -> Spans:
    """``◆ 1   ✓ 12``: the states that have any, what needs you first."""
    if not place.is_watched:
        return (Span("not watched yet", "faint"),)
    found = sorted(((state, number) for state, number in place.counts.items() if number), key=lambda one: one[0].rank)
    if not found:
        return (Span("nothing yet", "faint"),)
    said = [Span(f"{signs.state(state)} {count(number)} {state.value}   ", state.value) for state, number in found]
    return tuple(said)


def place_story(place: Place, signs: Glyphs, home: str) -> tuple[Line, ...]:
    """One place in full."""
    kept = (
        "kept in config.toml"
        if place.is_kept
        else f"a repository of {place.campaign}; it is watched until that campaign is over"
        if place.campaign
        else "your Codex home, or one that was named when this was opened"
        if place.is_home
        else "named when this was opened, or the folder it was opened in"
    )
    watched = "" if place.is_watched else "; it is not watched yet"
    name = (Span(one_line(place.name, TEXT_LIMIT), "strong"),) if place.name else (Span("no name of its own", "faint"),)
    return (
        labelled("path", Span(one_line(at_home(place.path, home), TEXT_LIMIT), "strong"), most=3),
        labelled("name", *name),
        labelled("from", Span(f"{kept}{watched}"), most=2),
        labelled("holds", *place_counts(place, signs)),
    )


@dataclass(frozen=True, slots=True)
class Offered:
    """One place that was found below a folder."""

    path: str
    engines: tuple[str, ...]
    is_known: bool = False
    """Whether it is kept already."""


def offer_line(one: Offered, folder: str, signs: Glyphs, width: int, *, is_chosen: bool, has_cursor: bool) -> Spans:
    """One found place with its box."""
    bar = Span(left(signs.cursor if has_cursor else "", 2), "accent")
    box = Span("    " if one.is_known else "[x] " if is_chosen else "[ ] ", "strong" if is_chosen else "quiet")
    path = one_line(one.path[len(folder) :].lstrip("/") or one.path, TEXT_LIMIT)
    what = "kept already" if one.is_known else ", ".join(one.engines)
    name = max(_LEAST_NAME, width * 2 // 3 - width_of((bar, box)))
    return (bar, box, Span(left(path, name, signs.ellipsis), "quiet" if one.is_known else ""), Span(what, "quiet"))


def offer_head(folder: str, offered: Sequence[Offered], chosen: int, home: str, *, is_whole: bool) -> tuple[Line, ...]:
    """What was found below a folder."""
    shown = one_line(at_home(folder, home), TEXT_LIMIT)
    part = "" if is_whole else "; there are more folders than were looked at, so name a smaller one for the rest"
    said = f"   {counted(len(offered), 'place')} found to depth 3{part}"
    return (
        Line((Span(shown, "strong"), Span(said, "quiet"))),
        Line((Span(f"{counted(chosen, 'place')} chosen", "accent"),)),
        Line(),
    )


def tree_head(places: Sequence[Place], config: str, home: str) -> tuple[Line, ...]:
    """The headline."""
    kept = sum(place.is_kept for place in places)
    said = f"   what is watched; {kept} of {len(places)} kept in {one_line(at_home(config, home), TEXT_LIMIT)}"
    return (Line((Span("Places", "strong"), Span(said, "quiet"))), Line())


def suggestion_lines(choices: Iterable[str], most: int) -> tuple[Line, ...]:
    """What a path that is being typed may become."""
    found = list(choices)
    lines = [Line((Span(one_line(choice, TEXT_LIMIT), "quiet"),)) for choice in found[:most]]
    if len(found) > most:
        lines[-1:] = [Line((Span(f"and {len(found) - most + 1} more", "faint"),))]
    return tuple(lines)
