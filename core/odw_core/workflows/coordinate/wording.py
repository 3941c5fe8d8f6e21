"""Wording: how prompts are put together: sections, lists, and fences round what others wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable


def section(title: str, body: str) -> str:
    """A titled part; nothing when there is nothing to say."""
    return f"## {title}\n{body}" if body.strip() else ""


def listed(lines: Iterable[str]) -> str:
    """Lines as a list; a line of many lines stays one entry."""
    return "\n".join("- " + line.strip().replace("\n", "\n  ") for line in lines if line.strip())


def fenced(body: str) -> str:
    """``body`` where nothing in it can end the fence."""
    longest = max((len(found) for found in re.findall(r"`{3,}", body)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}\n{body.rstrip()}\n{mark}" if body.strip() else ""


def cut(body: str, limit: int) -> str:
    """``body`` with at most ``limit`` characters, and a word where it was cut."""
    return body if len(body) <= limit else body[:limit].rstrip() + f"\n… ({len(body) - limit:,} more characters)"
