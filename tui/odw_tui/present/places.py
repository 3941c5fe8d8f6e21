"""Place names: as short as they can be and still tell the workspaces of a room apart. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from odw_core.model.item import Item


def place_names(paths: Iterable[str], own: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The last part of each path, with as many parents as it needs to be the only one of that name.

    What somebody gave a name of its ``own`` is called that and nothing else.
    """
    parts = {path: tuple(part for part in path.split("/") if part) for path in paths}
    names = {path: _tail(whole, 1) for path, whole in parts.items()}
    for length in range(2, max((len(whole) for whole in parts.values()), default=0) + 1):
        taken = Counter(names.values())
        if len(taken) == len(names):
            break
        names |= {path: _tail(parts[path], length) for path, name in names.items() if taken[name] > 1}
    return names | {path: own[path] for path in names if own.get(path)}


def where(item: Item, names: Mapping[str, str]) -> str:
    """``shop main``: the short name of the folder, and the branch where one is known."""
    name = names.get(item.where, item.where)
    return f"{name} {item.branch}" if item.branch else name


def at_home(path: str, home: str) -> str:
    """``path`` with ``~`` for the home directory."""
    home = home.rstrip("/")
    if home and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


def _tail(parts: tuple[str, ...], length: int) -> str:
    return "/".join(parts[-length:]) or "/"
