"""Loads colour themes from the TOML files beside it and in a person's folder. A theme is data; it knows no toolkit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

_FOLDER = Path(__file__).parent
_SECTIONS = ("surface", "text", "accent", "state")
_LARGEST = 65_536
"""Bytes; a theme has some hundred."""

_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
TERMINAL_COLOURS: Final = frozenset({"default", *_HUES, *(f"bright_{hue}" for hue in _HUES)})
"""Names a theme may use besides ``#rrggbb``: what they look like is the terminal's choice."""


class Palette(NamedTuple):
    """One theme: what each colour is for, not where it is used. Colours are ``#rrggbb`` or ``TERMINAL_COLOURS``."""

    name: str
    is_dark: bool
    background: str
    raised: str
    line: str
    normal: str
    strong: str
    quiet: str
    faint: str
    waiting: str
    blocked: str
    failed: str
    running: str
    stale: str
    idle: str
    done: str

    @property
    def is_terminals_own(self) -> bool:
        """Whether the terminal's own colours show, so that nothing may be blended or assumed about them."""
        return not all(colour.startswith("#") for colour in self[2:])


class ThemeError(ValueError):
    """A theme file cannot be used. ``line`` counts from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


class ThemeProblem(NamedTuple):
    """Why a file of a person gives no theme."""

    file: str
    line: int
    reason: str

    @property
    def sentence(self) -> str:
        """One line for people."""
        return f"{self.file}:{self.line}: {self.reason}."


class Gallery:
    """Every theme there is: the built-in ones, and those of a person. A built-in name always means the built-in theme.

    ``problems`` holds one for each file of the person's ``folder`` that gives no theme.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._own: dict[str, Palette] = {}
        problems: list[ThemeProblem] = []
        for file in own_theme_files(folder):
            try:
                if file.stem in theme_names():
                    raise ThemeError(f"{file.stem!r} is the name of a built-in theme, which stays; rename the file")
                self._own[file.stem] = _own_palette(file)
            except ThemeError as error:
                problems.append(ThemeProblem(str(file), error.line, str(error)))
            except OSError as error:
                problems.append(ThemeProblem(str(file), 1, f"this cannot be read: {error.strerror}"))
        self.problems: tuple[ThemeProblem, ...] = tuple(problems)

    @property
    def names(self) -> tuple[str, ...]:
        """The built-in themes, then a person's own, each sorted."""
        return (*theme_names(), *self._own)

    def is_own(self, name: str) -> bool:
        """Whether the person made this theme."""
        return name in self._own

    def palette(self, name: str) -> Palette:
        """The theme of that name; ``KeyError`` when there is none."""
        return self._own[name] if name in self._own else load_palette(name)


def theme_names() -> tuple[str, ...]:
    """Every built-in theme, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


def fitting_theme(colours: str) -> str:
    """The theme for a terminal that says ``foreground;background`` in ``COLORFGBG``; dark when it says nothing."""
    return "light" if colours.rpartition(";")[2] in ("7", "15") else "dark"


def own_theme_files(folder: Path | None) -> tuple[Path, ...]:
    """The theme files of a person, sorted; their names are not looked into."""
    return () if folder is None else tuple(sorted(folder.glob("*.toml")))


def load_palette(name: str) -> Palette:
    """The built-in theme of that name. Raises ``KeyError`` when there is none."""
    if name not in theme_names():
        raise KeyError(name)
    return parse_palette((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_palette(text: str) -> Palette:
    """The theme that ``text`` describes. Raises ``ThemeError`` with the first thing that is wrong."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        at = re.search(r" \(at line (\d+), column \d+\)$", reason)
        line = int(at[1]) if at else text.rstrip().count("\n") + 1
        raise ThemeError(f"not valid TOML: {reason[: at.start()] if at else reason}", line) from None
    flat: dict[str, Any] = {key: value for key, value in given.items() if key not in _SECTIONS}
    for section in _SECTIONS:
        part = given.get(section, {})
        if not isinstance(part, Mapping):
            raise ThemeError(f"{section!r} should be a section", _line_of(text, section))
        flat.update(part)
    if unknown := sorted(flat.keys() - set(Palette._fields)):
        raise ThemeError(f"the theme holds unknown colours: {', '.join(unknown)}", _line_of(text, unknown[0]))
    if missing := sorted(set(Palette._fields) - flat.keys()):
        raise ThemeError(f"the theme says nothing about {', '.join(missing)}")
    for key, value in flat.items():
        if not _fits(key, value):
            raise ThemeError(f"{key!r} should be {_wanted(key)}, not {value!r}", _line_of(text, key))
    return Palette(**flat)


def _own_palette(file: Path) -> Palette:
    if not file.is_file():
        raise ThemeError("this is no regular file")
    with file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ThemeError("this is too large for a theme")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ThemeError("this is not UTF-8 text", content.count(b"\n", 0, error.start) + 1) from None
    palette = parse_palette(text)
    if palette.name != file.stem:
        raise ThemeError(f"'name' should be that of the file, {file.stem!r}", _line_of(text, "name"))
    return palette


def _fits(key: str, value: object) -> bool:
    if key == "is_dark":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    return key == "name" or value in TERMINAL_COLOURS or re.fullmatch("#[0-9a-fA-F]{6}", value) is not None


def _wanted(key: str) -> str:
    match key:
        case "is_dark":
            return "true or false"
        case "name":
            return "a text"
        case _:
            return "a colour such as '#10141a', or a terminal's such as 'bright_red'"


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[]=.]""")
    return next((number for number, line in enumerate(text.split("\n"), start=1) if pattern.match(line)), 1)
