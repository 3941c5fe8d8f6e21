"""Mermaid text of a run: its states, and who was called when. Foreign words cannot leave their labels. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from odw_core.model.coordination import Graph
from odw_core.service.report.blocks import shown

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


def cycle(graph: Graph) -> str:
    """States with the ways between them that were taken; a way back says why, a state that it is in is marked."""
    keys = {node.key: f"s{number}" for number, node in enumerate(graph.nodes)}
    lines = ["stateDiagram-v2"]
    for node in graph.nodes:
        told = f"{node.title}: {node.note}" if node.note else node.title
        lines.append(f'    state "{label(told)}" as {keys[node.key]}')
    if graph.nodes:
        lines.append(f"    [*] --> {keys[graph.nodes[0].key]}")
    for edge in [one for one in graph.edges if one.times][:MOST_STEPS]:
        whys = [loop.why for loop in graph.loops if (loop.source, loop.target) == (edge.source, edge.target)]
        times = f"{edge.times} times" if edge.times > 1 else ""
        why = ", ".join(filter(None, (times, whys[-1] if whys else "")))
        lines.append(f"    {keys[edge.source]} --> {keys[edge.target]}" + (f" : {label(why)}" if why else ""))
    if graph.lit in keys:
        lines += ["    classDef lit stroke-width:4px", f"    class {keys[graph.lit]} lit"]
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
