"""Whereabouts: where the process that runs a session can be found by a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane of a tmux server."""

    socket: str | None
    """Of its server; None for the server that plain ``tmux`` talks to."""
    id: str
    """``%5``, which no name can imitate."""
    tty: str
    target: str
    """``session:window.pane``, as people say it. Foreign text."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One process and its terminal."""

    pid: int
    program: str
    """Its short name, and what it is at: ``codex exec``. Foreign text."""
    parents: tuple[str, ...]
    """Names of who started it in that terminal, the nearest first."""
    tty: str | None
    """``/dev/pts/3``; None when it has no terminal."""
    pane: Pane | None
    """Where in tmux that terminal is."""
