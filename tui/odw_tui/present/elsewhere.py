"""Where a session can be talked to, as people say it. Pure."""

from __future__ import annotations

from odw_core.model.whereabouts import Whereabouts
from odw_core.text.ansi import one_line

_PARENTS = 2


def where(found: Whereabouts) -> str:
    """``codex exec (pid 12), started by make, on /dev/pts/3, tmux main:1.0``."""
    parts = [f"{one_line(found.program, 40)} (pid {found.pid})"]
    if found.parents:
        parts.append(f"started by {', '.join(one_line(name, 40) for name in found.parents[:_PARENTS])}")
    parts.append(f"on {found.tty}" if found.tty is not None else "without a terminal")
    if found.pane is not None:
        parts.append(f"tmux {one_line(found.pane.target, 80)}")
    return ", ".join(parts)
