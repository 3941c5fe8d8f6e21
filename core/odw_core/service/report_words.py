"""Times as a report says them. Pure."""

from __future__ import annotations

from odw_core.service.plain_values import time_text


def moment(at: float | None) -> str:
    """``2026-11-20 21:28:16 UTC``; empty for what is unknown."""
    text = time_text(at)
    return "" if text is None else f"{text[:19].replace('T', ' ')} UTC"


def took(started_at: float | None, ended_at: float | None) -> str:
    """``1h 12m``, ``3m 05s``, ``41s``; empty for what is unknown."""
    if started_at is None or ended_at is None:
        return ""
    whole = max(0, round(ended_at - started_at))
    if whole >= 3600:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 60}m {whole % 60:02}s" if whole >= 60 else f"{whole}s"
