"""Where a process can be talked to: its terminal, who started it, the tmux pane it is in. Looks only, on demand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from odw_core.model.whereabouts import Whereabouts
from odw_core.process.tmux import own_socket, panes

PROC = Path("/proc")
_MOST_PARENTS = 20
_MODES = ("exec", "resume", "app-server", "mcp-server")
"""First arguments that tell what a program is at; others may hold a prompt, and are not shown."""
_PTS = range(136, 144)
"""Major numbers of terminals below /dev/pts."""
_TTY = 4


def whereabouts(pid: int, environ: Mapping[str, str], proc: Path = PROC) -> Whereabouts | None:
    """Of a process of this user; None when there is none, or the system does not tell.

    A process without a terminal of its own is looked for where its parents are: whoever started it can be talked to.
    """
    found = _read(pid, proc)
    if found is None:
        return None
    chain, at = [found], found
    for _ in range(_MOST_PARENTS):
        above = _read(at.parent, proc) if at.parent > 1 else None
        if above is None:
            break
        chain.append(above)
        at = above
    tty = next((one.tty for one in chain if one.tty is not None), None)
    parents = tuple(one.name for one in chain[1:] if one.tty == tty)
    pane = None
    if tty is not None:
        sockets = dict.fromkeys((own_socket(environ), *(_socket_of(one.pid, proc) for one in chain), None))
        pane = next((one for socket in sockets for one in panes(socket, environ) if one.tty == tty), None)
    return Whereabouts(pid, _program(found, proc), parents, tty, pane)


@dataclass(frozen=True, slots=True)
class _Seen:
    pid: int
    name: str
    parent: int
    tty: str | None


def _read(pid: int, proc: Path) -> _Seen | None:
    """None for what is gone, and for what belongs to somebody else."""
    try:
        if (proc / str(pid)).stat().st_uid != os.getuid():
            return None
        # The name in brackets may hold anything, brackets too.
        head, _, tail = (proc / str(pid) / "stat").read_bytes().rpartition(b")")
        fields = tail.split()
        return _Seen(pid, head.partition(b"(")[2].decode("utf-8", "replace"), int(fields[1]), _tty(int(fields[4])))
    except (OSError, ValueError, IndexError):
        return None


def _tty(number: int) -> str | None:
    """The device of field 7 of ``/proc/<pid>/stat``."""
    major, minor = os.major(number), os.minor(number)
    if major in _PTS:
        return f"/dev/pts/{(major - _PTS.start) * 256 + minor}"
    return f"/dev/tty{minor}" if major == _TTY and 0 < minor < 64 else None


def _program(found: _Seen, proc: Path) -> str:
    try:
        words = (proc / str(found.pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return found.name
    at = next((word for word in words[1:3] if word in _MODES), "")
    return f"{found.name} {at}".rstrip()


def _socket_of(pid: int, proc: Path) -> str | None:
    """The tmux server in which the process was started; of its environment nothing else is looked at."""
    try:
        environ = (proc / str(pid) / "environ").read_bytes()
    except OSError:
        return None
    told = next((one for one in environ.split(b"\0") if one.startswith(b"TMUX=")), b"")
    return own_socket({"TMUX": told[5:].decode("utf-8", "replace")})
