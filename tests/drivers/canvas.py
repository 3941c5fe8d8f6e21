"""Canvas: what is painted on a screen as text that people can read and compare: the characters, and how they look.

One file a scene and size: the lines, then a letter for the look of every cell, then what each letter is in each theme.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.app import App

Cell = tuple[str, str]
"""What stands in one cell of the terminal, and its look in words. The second half of a wide character is empty."""
Frame = list[list[Cell]]

_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits + "!#$%&*+-/<=>?@^_~"


def frame_of(app: App[object]) -> Frame:
    """Everything that is painted now."""
    rows: Frame = []
    for strip in app.screen._compositor.render_strips():
        row: list[Cell] = []
        for text, style, control in strip:
            if control:
                continue
            look = _words(style)
            for character in text:
                width = cell_len(character)
                if width == 0:
                    # Marks belong to the character before them.
                    before = row.pop() if row else ("", look)
                    row.append((before[0] + character, before[1]))
                    continue
                row += [(character, look), *[("", look)] * (width - 1)]
        rows.append(row)
    return rows


def as_text(frames: Mapping[str, Frame]) -> str:
    """The same scene in several themes as one text. All of them must say the same; only looks may differ."""
    said = {
        name: ["".join(character for character, _ in row).rstrip() for row in frame] for name, frame in frames.items()
    }
    first = next(iter(said.values()))
    for name, lines in said.items():
        assert lines == first, f"the theme {name} changes what is said, not only how it looks"
    letters: dict[tuple[str, ...], str] = {}
    looks: list[str] = []
    for y in range(len(first)):
        line = ""
        for cells in zip(*(frame[y] for frame in frames.values()), strict=True):
            key = tuple(look for _, look in cells)
            if key not in letters:
                letters[key] = _LETTERS[len(letters)] if len(letters) < len(_LETTERS) else "·"
            line += letters[key]
        looks.append(_short(line))
    parts = ["\n".join(first), "looks\n" + "\n".join(looks)]
    for number, name in enumerate(frames):
        parts.append(name + "\n" + "\n".join(f"{letter} {key[number]}" for key, letter in letters.items()))
    return "\n\f\n".join(parts) + "\n"


def _short(line: str) -> str:
    """``aaaaabb`` as ``a5 b2``: most of a line looks the same."""
    runs: list[str] = []
    position = 0
    while position < len(line):
        end = position
        while end < len(line) and line[end] == line[position]:
            end += 1
        runs.append(f"{line[position]}{end - position}")
        position = end
    return " ".join(runs)


def _words(style: Style | None) -> str:
    if style is None:
        return "plain"
    names: Sequence[tuple[bool | None, str]] = (
        (style.bold, "bold"),
        (style.italic, "italic"),
        (style.underline, "underline"),
        (style.reverse, "reverse"),
        (style.strike, "strike"),
        (style.dim, "dim"),
    )
    marks = "".join(f" {name}" for is_on, name in names if is_on)
    return f"{_colour(style.color)} on {_colour(style.bgcolor)}{marks}"


def _colour(colour: object) -> str:
    if colour is None:
        return "default"
    triplet = getattr(colour, "triplet", None)
    return triplet.hex if triplet is not None else str(getattr(colour, "name", colour))
