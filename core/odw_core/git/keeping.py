"""Refs of ours, so that a commit which no branch leads to outlives ``git gc``. Touches no ref of anybody else."""

from __future__ import annotations

from odw_core.git.command import Git

PREFIX = "refs/odw-tui/"
"""Below it each is named after who holds it."""


async def keep(git: Git, name: str, commit: str) -> None:
    """Hold ``commit``, and whatever it was made upon, until ``forget``. ``name`` holds one commit at a time."""
    await git.run("update-ref", f"{PREFIX}{name}", commit)


async def forget(git: Git, name: str) -> None:
    """Let go of it; nothing happens when nothing is held."""
    await git.run("update-ref", "-d", f"{PREFIX}{name}")
