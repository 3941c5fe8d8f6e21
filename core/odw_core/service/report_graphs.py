"""Mermaid text of a run: its states, and who was called when. Foreign words cannot leave their labels. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from odw_core.service.report_blocks import shown

LONGEST_LABEL = 60
MOST_STEPS = 80
"""Graphs larger than this are no longer read, and renderers refuse them."""

_PLAIN = frozenset(" .,_/+=()-–…")
_KEYWORD = re.compile(r"\b([eE])(?=[nN][dD]\b)")
_DASHES = re.compile(r"-{2,}")


class State(NamedTuple):
    """One state, and what led to it."""

    name: str
    led_by: str


class Call(NamedTuple):
    """One arrow of a sequence."""

    caller: str
    called: str
    words: str
    is_reply: bool = False


def label(text: str) -> str:
    """Any text as a label: one short line in which nothing is an operator, a directive, markup or a keyword."""
    words = " ".join(shown(text).split())
    if len(words) > LONGEST_LABEL:
        words = words[: LONGEST_LABEL - 1].rstrip() + "…"
    words = _DASHES.sub(lambda run: "–" * len(run[0]), words)
    spelled = "".join(one if one.isalnum() or one in _PLAIN else f"#{ord(one)};" for one in words)
    # A lone "end" closes a block, wherever it stands.
    return _KEYWORD.sub(lambda match: f"#{ord(match[1])};", spelled) or "–"


def state_graph(states: Sequence[State]) -> str:
    """The states from beginning to end, each reached from the one before."""
    kept = states[:MOST_STEPS]
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{label(state.name)}" as s{number}' for number, state in enumerate(kept)]
    for number, state in enumerate(kept):
        before = f"s{number - 1}" if number else "[*]"
        why = f" : {label(state.led_by)}" if state.led_by else ""
        lines.append(f"    {before} --> s{number}{why}")
    return "\n".join(lines)


def sequence(calls: Sequence[Call]) -> str:
    """Who called whom, in the order in which it happened."""
    kept = calls[:MOST_STEPS]
    names = _numbered(name for call in kept for name in (call.caller, call.called))
    lines = ["sequenceDiagram"]
    lines += [f"    participant {key} as {label(name)}" for name, key in names.items()]
    for call in kept:
        arrow = "-->>" if call.is_reply else "->>"
        lines.append(f"    {names[call.caller]}{arrow}{names[call.called]}: {label(call.words)}")
    return "\n".join(lines)


def _numbered(names: Iterable[str]) -> dict[str, str]:
    return {name: f"p{number}" for number, name in enumerate(dict.fromkeys(names))}
