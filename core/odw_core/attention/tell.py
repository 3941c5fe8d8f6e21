"""Tells by the person's hook what no open room tells, for supervisors and ``watch --notify``. Writes to no screen."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from odw_core.attention.hook import run_hook
from odw_core.attention.notice import Call, call_of, merged
from odw_core.attention.screens import can_be_seen
from odw_core.attention.told import Told
from odw_core.config import Config
from odw_core.errors import OdwError
from odw_core.model.question import Question


def tell(question: Question, run_title: str, state: Path, config: Config, place: str = "") -> bool:
    """Run the hook for a question unless an open room shows ``place`` or somebody has told it already.

    True when the hook was set going. Never raises: a run must not suffer because nobody can be told. May take some
    tenths of a second, so it is no work for an event loop.
    """
    return tell_all([call_of(question, run_title, place)], state, config)


def tell_all(calls: Iterable[Call], state: Path, config: Config) -> bool:
    """The same for several at once: the hook runs once for all of them."""
    if config.attention == "off" or not config.attention_hook:
        return False
    shown: dict[str, bool] = {}
    unseen: list[Call] = []
    for call in calls:
        if call.place not in shown:
            shown[call.place] = can_be_seen(state, call.place)
        if not shown[call.place]:
            unseen.append(call)
    fresh = Told(state).claim(unseen)
    if fresh:
        with suppress(OSError, OdwError):
            run_hook(config.attention_hook, merged(fresh), state)
            return True
    return False
