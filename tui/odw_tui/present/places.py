"""Place names: as short as they can be and still tell the workspaces of a room apart. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from odw_core.model.item import Item
from odw_tui.present.spans import cells

_PATH = re.compile(r"(?<![\w.~/:])~?/[^\s'\"]+")


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


def with_home(sentence: str, home: str) -> str:
    """A sentence with ``~`` for the home directory in every path of it."""
    home = home.rstrip("/")
    return sentence.replace(f"{home}/", "~/") if home else sentence


def with_short_paths(sentence: str, width: int, left_out: str) -> str:
    """A sentence whose paths lose folders at their beginning, the longest first, as far as ``width`` cells need it:
    the names at their ends stay, and what the sentence says about them."""
    for path in sorted({*_PATH.findall(sentence)}, key=len, reverse=True):
        over = cells(sentence) - width
        if over <= 0:
            break
        parts = path.split("/")
        tails = [f"{left_out}/{'/'.join(parts[start:])}" for start in range(2, len(parts))]
        most = cells(path) - over
        if tails:
            sentence = sentence.replace(path, next((tail for tail in tails if cells(tail) <= most), tails[-1]))
    return sentence


def _tail(parts: tuple[str, ...], length: int) -> str:
    return "/".join(parts[-length:]) or "/"
