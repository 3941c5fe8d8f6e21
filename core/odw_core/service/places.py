"""Finds workspaces and Codex homes below a folder, and completes a path as it is typed. Lists names; opens no file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from odw_core.engines.registry import ENGINES, AnyEngine

DEPTH = 3
_MOST_FOLDERS = 20_000
_MOST_COMPLETIONS = 200
_NEVER = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
_HIDDEN_HOME = ".codex"
"""The one hidden folder that may be a place itself."""


class Workspace(NamedTuple):
    """One place that was found."""

    path: str
    """Absolute."""
    engines: tuple[str, ...]
    """Names of the engines that know something in it."""


class Search(NamedTuple):
    """What was found below a folder, and what was not looked at."""

    found: tuple[Workspace, ...]
    unreadable: tuple[str, ...]
    links: int
    """Links that were not followed."""
    is_whole: bool
    """False when there were more folders than are looked at."""


def engines_at(place: str, engines: Sequence[AnyEngine] = ENGINES) -> tuple[str, ...]:
    """Names of the engines that know something in ``place``; empty when it is no place."""
    return tuple(engine.name for engine in engines if engine.is_place(place))


def find_workspaces(folder: str, depth: int = DEPTH, *, most: int = _MOST_FOLDERS) -> Search:
    """Every place at most ``depth`` folders below ``folder``, itself included, by path.

    Hidden folders, installed packages and links are passed over; ``most`` bounds the folders that are listed.
    """
    found: list[Workspace] = []
    unreadable: list[str] = []
    links = listed = 0
    waiting = deque([(folder, 0)])
    while waiting:
        if listed == most:
            return Search(tuple(sorted(found)), tuple(unreadable), links, is_whole=False)
        path, level = waiting.popleft()
        listed += 1
        if engines := engines_at(path):
            found.append(Workspace(path, engines))
        if level == depth:
            continue
        try:
            with os.scandir(path) as entries:
                below = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            unreadable.append(path)
            continue
        for entry in below:
            if entry.is_symlink():
                links += 1
            elif _is_looked_into(entry):
                waiting.append((entry.path, level + 1))
    return Search(tuple(sorted(found)), tuple(unreadable), links, is_whole=True)


def _is_looked_into(entry: os.DirEntry[str]) -> bool:
    if entry.name in _NEVER or (entry.name.startswith(".") and entry.name != _HIDDEN_HOME):
        return False
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def absolute(typed: str, home: str) -> str:
    """The path a person means, without a slash at its end; ``~`` is ``home``, relative paths start here."""
    if typed == "~" or typed.startswith("~/"):
        typed = home + typed[1:]
    return os.path.normpath(Path(typed or ".").absolute())


def completions(typed: str, home: str) -> tuple[str, ...]:
    """What ``typed`` may become: folders that begin like it, each with a slash; hidden ones only after a dot."""
    base, _, start = typed.rpartition("/")
    folder = absolute(f"{base}/" if "/" in typed else ".", home)
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name.startswith(start) and entry.is_dir())
    except OSError:
        return ()
    shown = [name for name in names if start.startswith(".") or not name.startswith(".")]
    prefix = f"{base}/" if "/" in typed else ""
    return tuple(f"{prefix}{name}/" for name in shown[:_MOST_COMPLETIONS] if name.isprintable())


def completed(typed: str, choices: Sequence[str]) -> str:
    """``typed`` with everything that all ``choices`` share."""
    if not choices:
        return typed
    first, last = min(choices), max(choices)
    shared = next((at for at, sign in enumerate(first) if last[at : at + 1] != sign), len(first))
    return max(typed, first[:shared], key=len)
