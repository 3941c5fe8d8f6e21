"""Where ODW and PandaCode keep things below a workspace, and which runs and sessions are there. Names alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from odw_core.engines.odw.names import attempt_folder, session_address
from odw_core.model.address import Address
from odw_core.model.evidence import Unit

RUNS = ".odw/runs"
SESSIONS = ".pandacode/sessions"
RUNTIMES = ("codex", "claude", "bamboo")
LATEST = ".odw/runs/latest.json"


def is_workspace(place: str) -> bool:
    """Whether the folder holds anything of ODW or PandaCode."""
    return any(_is_folder(os.path.join(place, name)) for name in (".odw", ".pandacode"))  # noqa: PTH118


def watched_folders(place: str) -> tuple[str, ...]:
    """Folders whose entries say that runs or sessions came or went; whether they exist or not."""
    folders = (".odw", RUNS, ".pandacode", SESSIONS, *(f"{SESSIONS}/{runtime}" for runtime in RUNTIMES))
    return tuple(f"{place}/{name}" for name in folders)


def discover(place: str) -> Iterator[Unit]:
    """Every run and session of a workspace. What cannot be listed is left out; the sweep looks again."""
    if _is_chain(place, RUNS):
        for entry in _entries(f"{place}/{RUNS}"):
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield Unit(Address("odw", entry.name), place, entry.path)
    for runtime in RUNTIMES:
        if _is_chain(place, f"{SESSIONS}/{runtime}"):
            for entry in _entries(f"{place}/{SESSIONS}/{runtime}"):
                name, dot, ending = entry.name.rpartition(".")
                if dot and ending == "json" and name != "latest" and not name.startswith("."):
                    yield Unit(session_address(runtime, name), place, entry.path)


def session_log(place: str, runtime: str, session: str) -> str | None:
    """The protocol trace of a session (PandaCode 0.4.0), wherever the record says it lies; None where a link leads."""
    folder = f".pandacode/{runtime}/logs"
    # A journal names any runtime it likes.
    is_own = runtime in RUNTIMES and _is_chain(place, folder)
    return f"{place}/{folder}/{Path(session).name}.jsonl" if is_own else None


def codexctl_log(place: str, session: str) -> str | None:
    """The structured log of a session that an external codexctl daemon drove (PandaCode 0.3.1); None where a link
    leads."""
    name = Path(session).name
    folder = f".pandacode/codex/runs/{name}/logs"
    is_own = name not in ("", "..") and _is_chain(place, folder)
    return f"{place}/{folder}/latest.jsonl" if is_own else None


def attempt_file(root: str, key: str, number: int, name: str) -> str | None:
    """What a native run at ``root`` kept of one attempt; None where a link leads."""
    folder = f"attempts/{attempt_folder(key, number)}"
    return f"{root}/{folder}/{name}" if _is_chain(root, folder) else None


def latest(place: str) -> str | None:
    """The file that names the newest run; None where a link leads."""
    return f"{place}/{LATEST}" if _is_chain(place, RUNS) else None


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_chain(place: str, below: str) -> bool:
    """Whether every step from the workspace down is a real folder: a link could lead anywhere."""
    path = place
    for name in below.split("/"):
        path = f"{path}/{name}"
        if not _is_folder(path):
            return False
    return True


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114
    except (OSError, ValueError):
        return False
