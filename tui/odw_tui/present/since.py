"""What happened since the room was last looked at: which rows are news, and one line about them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from odw_core.model.item import Item, State


def happened_since(items: Iterable[Item], left_at: float) -> tuple[Item, ...]:
    """Rows that ended or began to wait after that moment. What merely runs on is no news."""
    return tuple(item for item in items if item.state is not State.RUNNING and _at(item) > left_at)


def since_line(items: Iterable[Item], left_at: float, now: float) -> str:
    """``since 22:10: 4 done, 1 failed, 2 wait``; empty when nothing happened."""
    news = Counter(item.state for item in happened_since(items, left_at))
    said = [f"{news[state]:,} {_word(state)}" for state in (State.DONE, State.FAILED, State.BLOCKED) if news[state]]
    if waiting := news[State.WAITING]:
        said.append(f"{waiting:,} {'waits' if waiting == 1 else 'wait'}")
    said += [f"{news[state]:,} {_word(state)}" for state in (State.STALE, State.IDLE) if news[state]]
    return f"since {_moment(left_at, now)}: {', '.join(said)}" if said else ""


def _word(state: State) -> str:
    return {State.DONE: "done", State.STALE: "went stale", State.IDLE: "stopped"}.get(state, state.value)


def _at(item: Item) -> float:
    return item.ended_at or item.changed_at or item.started_at or 0.0


def _moment(at: float, now: float) -> str:
    """``22:10``, with the day where it is not today, with the date where it was not this week."""
    there, here = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(now).astimezone()
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{there:%a %H:%M}" if now - at < 6 * 86_400 else f"{there:%d %b %H:%M}"
