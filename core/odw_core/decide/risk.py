"""Risk: what could go wrong if a command, a patch or a permission is allowed, and whether a word must be typed for it.

Pure; runs, expands and opens nothing. Never raises: what cannot be read is a risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from odw_core.decide.commands.judging import DELETE, LOCAL, NETWORK, UNREAD, Judging
from odw_core.decide.commands.programs import HANDLERS
from odw_core.decide.commands.shell import SimpleCommand, Word
from odw_core.text.ansi import one_line


@dataclass(frozen=True, slots=True)
class Risk:
    """What to know before it is allowed."""

    why: str | None = None
    """One sentence of what could go wrong; None when nothing is known."""
    word: str | None = None
    """What has to be typed before it is allowed; None where the verdict alone is enough."""


def judge(
    kind: str,
    command: str | None = None,
    argv: Sequence[str] = (),
    cwd: str = "",
    writes: Sequence[str] = (),
    workspace: str = "",
    network: str | None = None,
    *,
    deletes: Sequence[str] = (),
) -> Risk:
    """The risk of allowing what is asked.

    ``command`` is shell text as it was shown, ``argv`` its words where they are known. ``writes`` are the paths that a
    patch changes or that are asked for, ``deletes`` those that it takes away, ``network`` the host that is to be
    reached. Without a ``workspace`` the folder ``cwd`` counts as one. ``kind`` is ``command``, ``patch`` …; only a
    ``command`` has to say what it would run.
    """
    judging = Judging(cwd or workspace, workspace or cwd, HANDLERS)
    if kind == "command" and not command and not argv and network is None:
        judging.add(UNREAD, "it does not say what it would run")
    for path in (*writes, *deletes):
        judging.path(path)
    if deletes:
        more = f" and {len(deletes) - 1} more" if len(deletes) > 1 else ""
        judging.add(DELETE, f"it deletes {one_line(deletes[0], 80)}{more}")
    if network is not None and not LOCAL.match(network):
        judging.add(NETWORK, f"it reaches {one_line(network, 120) or 'the network'}")
    if command:
        judging.text(command)
    if argv:
        judging.program([Word(word) for word in argv], SimpleCommand(()))
    return Risk(judging.why, judging.word)
