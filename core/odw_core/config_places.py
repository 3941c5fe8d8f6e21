"""Changes the places in a person's ``config.toml``: adds, names, removes, and takes the last change back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from odw_core.config import Config, absolute_place, config_text, parse_config
from odw_core.config_edit import put_text
from odw_core.errors import ConfigError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


class Edit(NamedTuple):
    """What a change did to the file, so that it can be taken back."""

    before: str
    after: str
    config: Config
    """What the file means now."""


def add_places(file: Path, places: Iterable[str], home: str) -> Edit:
    """Keep these absolute paths in ``file``; below ``home`` they are written with ``~``."""
    given = tuple(places)

    def change(document: TOMLDocument, meant: Config) -> Config:
        new = tuple(place for place in dict.fromkeys(given) if place not in meant.places)
        if "places" not in document:
            document["places"] = []
        kept: Any = document["places"]
        kept.extend(_spelled(place, home) for place in new)
        return replace(meant, places=(*meant.places, *new))

    return _edit(file, change)


def remove_place(file: Path, place: str) -> Edit:
    """Keep ``place`` and its name no longer."""

    def change(document: TOMLDocument, meant: Config) -> Config:
        kept: Any = document.get("places", [])
        for index in reversed(range(len(kept))):
            if absolute_place(str(kept[index]), file) == place:
                del kept[index]
        _set_name(document, file, place, None, "")
        names = {path: name for path, name in meant.place_names.items() if path != place}
        return replace(meant, places=tuple(one for one in meant.places if one != place), place_names=names)

    return _edit(file, change)


def name_place(file: Path, place: str, name: str, home: str) -> Edit:
    """Call ``place`` like that; an empty ``name`` takes its name away."""

    def change(document: TOMLDocument, meant: Config) -> Config:
        _set_name(document, file, place, name or None, home)
        names = {path: known for path, known in meant.place_names.items() if path != place}
        return replace(meant, place_names={**names, place: name} if name else names)

    return _edit(file, change)


def take_back(file: Path, edit: Edit) -> Config:
    """Undo a change. Raises ``ConfigError`` if somebody else changed the file since; gives what it means again."""
    if (config_text(file, must_exist=False) or "") != edit.after:
        raise ConfigError(f"{file} was changed since; nothing was taken back.")
    put_text(file, edit.before)
    return parse_config(edit.before, file)


def _edit(file: Path, change: Callable[[TOMLDocument, Config], Config]) -> Edit:
    """``change`` edits the document and gives what it is to mean; if it means anything else, nothing is written."""
    import tomlkit

    before = config_text(file, must_exist=False) or ""
    meant = parse_config(before, file)
    document = tomlkit.parse(before)
    wanted = change(document, meant)
    after = tomlkit.dumps(document)
    if wanted == meant:
        return Edit(before, before, meant)
    if parse_config(after, file) != wanted:
        raise ConfigError(f"{file} could not be changed without changing more than the places; edit it by hand.")
    put_text(file, after)
    return Edit(before, after, wanted)


def _set_name(document: TOMLDocument, file: Path, place: str, name: str | None, home: str) -> None:
    import tomlkit

    names: Any = document.get("place_names")
    if names is None:
        if name is None:
            return
        names = document["place_names"] = tomlkit.table()
    spelled = next((key for key in names if absolute_place(str(key), file) == place), None)
    if name is not None:
        names[spelled if spelled is not None else _spelled(place, home)] = name
    elif spelled is not None:
        del names[spelled]
        if not names:
            del document["place_names"]


def _spelled(place: str, home: str) -> str:
    home = home.rstrip("/")
    return f"~{place[len(home) :]}" if home and place.startswith(f"{home}/") else place
