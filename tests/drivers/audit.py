"""Audit: what a Python process and its children opened, listed, started, sent or changed, by its own account."""

from __future__ import annotations

import json
import os
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOOK = Path(__file__).parent / "audit_hook"
PROJECT = Path(__file__).parents[2]

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SYSTEM = ("/proc", "/sys", "/usr", "/lib", "/lib64", "/etc/localtime", "/etc/mime.types", "/dev/null", "/dev/fd")


class Deed(NamedTuple):
    """One thing that was done."""

    event: str
    path: str
    """Absolute, as it was named; empty when it is not about a path."""
    real: str
    """Where that leads."""
    kind: int
    """What has that path: the type bits of its mode."""
    flags: int
    """Of an ``open``."""
    others: list[str]

    @property
    def writes(self) -> bool:
        """Whether the file was opened for more than reading."""
        return self.event == "open" and bool(self.flags & _WRITING)


def audited(log: Path) -> dict[str, str]:
    """The environment in which every Python writes down what it does."""
    return {**os.environ, "PYTHONPATH": f"{HOOK}:{PROJECT / 'tests'}", "AUDIT_LOG": str(log)}


def deeds(log: Path) -> list[Deed]:
    """What was done, in order."""
    return [Deed(*json.loads(line)) for line in log.read_bytes().splitlines()]


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def wrongs(
    done: list[Deed], *, readable: tuple[Path, ...], own: tuple[Path, ...], never: tuple[str, ...]
) -> Iterator[str]:
    """Everything among ``done`` that reading the folders in ``readable`` and keeping files in ``own`` does not explain.

    ``never`` are names that are not opened anywhere.
    """
    watched, kept = tuple(map(str, readable)), tuple(map(str, own))
    python = tuple({os.path.realpath(one) for one in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values())})
    known = (*python, str(PROJECT), *_SYSTEM)
    for deed in done:
        match deed.event:
            case "open" | "os.listdir" | "os.scandir" | "sqlite3.connect":
                yield from _wrong_path(deed, watched, kept, known, never)
            case "os.mkdir" | "os.remove" | "os.rename" | "os.chmod" | "os.utime":
                if not all(_is_below(one.strip("'"), kept) for one in deed.others if one.startswith("'/")):
                    yield f"{deed.event} {deed.others}"
            case "subprocess.Popen":
                own_program = f"'{sys.executable}'", repr(sys.executable)
                is_own = deed.others[0] in own_program and "odw_core.service.watching.second_process" in deed.others[1]
                if not (is_own or deed.others[0].rstrip("'").endswith("/rg")):
                    yield f"started {deed.others[:2]}"
            case "os.fork" | "os.posix_spawn" | "os.chdir" if deed.event == "os.chdir":
                yield f"went to {deed.path}"
            case "os.fork":
                pass
            case _:
                yield f"{deed.event} {deed.others}"


def _wrong_path(
    deed: Deed, watched: tuple[str, ...], kept: tuple[str, ...], known: tuple[str, ...], never: tuple[str, ...]
) -> Iterator[str]:
    said = f"{deed.event} {deed.path!r}" + (f" which is {deed.real!r}" if deed.real != deed.path else "")
    if deed.path == ":memory:" or deed.path.endswith("/:memory:"):
        return
    if deed.writes and not _is_below(deed.real, (*kept, "/dev/null", "/dev/tty")):
        yield f"writing {said}"
    if _is_below(deed.path, watched):
        if deed.real != deed.path:
            yield f"through a link: {said}"
        elif deed.event in ("open", "sqlite3.connect") and deed.kind and not stat.S_ISREG(deed.kind):
            yield f"no regular file: {said}"
    elif not _is_below(deed.real, (*kept, *known)):
        yield f"outside: {said}"
    if {Path(deed.path).name, Path(deed.real).name} & set(never):
        yield f"never opened: {said}"
