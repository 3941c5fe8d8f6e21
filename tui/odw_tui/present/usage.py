"""What was used: tokens of today and the fullest rate-limit window. Pure; the moment is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from odw_core.model.item import Item, Limit, sum_tokens
from odw_core.text.ansi import one_line
from odw_tui.present import numbers
from odw_tui.present.spans import Span, Spans

_TIGHT_PERCENT = 80


def tokens_today(items: Iterable[Item], now: float) -> str:
    """``8.4M``: tokens of everything that began since midnight, local time; empty when nothing did.

    Sessions that belong to a run are counted by the run.
    """
    moment = datetime.fromtimestamp(now).astimezone()
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    began = [item for item in items if item.parent is None and (item.started_at or 0.0) >= midnight]
    used = sum_tokens(item.tokens for item in began if item.tokens is not None)
    return "" if used is None or not used.total else numbers.tokens(used, "")


def tightest(items: Iterable[Item], now: float) -> Limit | None:
    """The fullest window that is still open, by the newest word of each kind of window."""
    newest: dict[str, Limit] = {}
    for item in items:
        for limit in item.limits:
            known = newest.get(limit.name)
            if known is None or (limit.said_at or 0.0) > (known.said_at or 0.0):
                newest[limit.name] = limit
    is_open = (limit for limit in newest.values() if limit.resets_at is None or limit.resets_at > now)
    return max(is_open, key=lambda limit: limit.used_percent, default=None)


def usage(items: Iterable[Item], now: float) -> tuple[Spans, ...]:
    """``limit 62 % until 15:40``, ``tokens today 8.4M``: the more important one first; what is unknown is left out."""
    items = [*items]
    said: list[Spans] = []
    limit = tightest(items, now)
    if limit is not None:
        said.append((Span("limit ", "faint"), *_used(limit), *_until(limit, now)))
    if today := tokens_today(items, now):
        said.append((Span("tokens today ", "faint"), Span(today, "quiet")))
    return tuple(said)


def limit_words(limit: Limit, now: float) -> Spans:
    """``62 % of 5 h until 15:40``."""
    return (*_used(limit), Span(f" of {one_line(limit.name, 40)}", "quiet"), *_until(limit, now))


def _used(limit: Limit) -> Spans:
    return (Span(f"{limit.used_percent:.0f} %", "blocked" if limit.used_percent >= _TIGHT_PERCENT else "quiet"),)


def _until(limit: Limit, now: float) -> Spans:
    return () if limit.resets_at is None else (Span(f" until {_clock(limit.resets_at, now)}", "quiet"),)


def _clock(at: float, now: float) -> str:
    """``15:40``, with the day where it is not today."""
    there, here = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(now).astimezone()
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%a %H:%M}"
