"""Place names: as short as they can be and still tell the workspaces of a room apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def place_names(paths: Iterable[str]) -> dict[str, str]:
    """The last part of each path, with as many parents as it needs to be the only one of that name."""
    parts = {path: tuple(part for part in path.split("/") if part) for path in paths}
    names = {path: _tail(whole, 1) for path, whole in parts.items()}
    for length in range(2, max((len(whole) for whole in parts.values()), default=0) + 1):
        taken = list(names.values())
        alike = [path for path, name in names.items() if taken.count(name) > 1]
        if not alike:
            break
        names.update({path: _tail(parts[path], length) for path in alike})
    return names


def at_home(path: str, home: str) -> str:
    """``path`` with ``~`` for the home directory."""
    home = home.rstrip("/")
    if home and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path


def _tail(parts: tuple[str, ...], length: int) -> str:
    return "/".join(parts[-length:]) or "/"
