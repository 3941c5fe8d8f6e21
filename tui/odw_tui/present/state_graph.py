"""The states of a run as a drawing: where it is, which ways it took, and why it went back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from odw_core.model.coordination import Edge, Graph, Loop, Node
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.item import State
from odw_core.text.ansi import one_line
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import LABEL, TEXT_LIMIT, counted, labelled, said
from odw_tui.present.spans import Line, Span, cells, cut_text, left, spans, wrap

_LEAST_COLUMN, _MOST_COLUMN = 15, 26
"""Cells of one state with the arrow behind it."""
_LEAST_REASON, _BEFORE_REASON = 18, 3
"""Cells of a reason beside a line of the drawing, and of the gap before it."""
_BUSY = (State.RUNNING, State.WAITING)


def graph_lines(detail: RunDetail, glyphs: Glyphs, width: int) -> Sequence[Line]:
    """The drawing, then every loop with its reason, then where it is now."""
    graph = detail.graph
    if graph is None:
        return ()
    column = min(width // max(len(graph.nodes), 1), _MOST_COLUMN)
    drawing = _across(detail, graph, glyphs, column) if column >= _LEAST_COLUMN else _down(detail, graph, glyphs, width)
    return [*drawing, Line(), *_words(detail, graph, glyphs)]


def _mark(detail: RunDetail, graph: Graph, node: Node, glyphs: Glyphs) -> tuple[str, str]:
    """Sign and tone of one state."""
    if node.key == graph.lit and not graph.is_over:
        state = detail.item.state
        return glyphs.state(state), state.value if state in _BUSY else "strong"
    if node.key == graph.lit:
        state = detail.item.state
        return glyphs.state(state), state.value
    if node.times:
        return glyphs.mark(Mark.DONE), "done"
    return glyphs.mark(Mark.SKIPPED), "faint"


def _title(detail: RunDetail, graph: Graph, node: Node, glyphs: Glyphs) -> tuple[Span, Span]:
    sign, tone = _mark(detail, graph, node, glyphs)
    is_lit = node.key == graph.lit
    return Span(f"{sign} ", tone), Span(node.title, "accent" if is_lit else "faint" if not node.times else "quiet")


def _across(detail: RunDetail, graph: Graph, glyphs: Glyphs, column: int) -> Iterator[Line]:
    """All states in one line, what came of each below it, the loops below that."""
    places = {node.key: number * column for number, node in enumerate(graph.nodes)}
    taken = {(edge.source, edge.target): edge.times for edge in graph.edges}
    names: list[Span] = []
    for number, node in enumerate(graph.nodes):
        sign, title = _title(detail, graph, node, glyphs)
        names += [sign, title]
        after = graph.nodes[number + 1] if number + 1 < len(graph.nodes) else None
        if after is not None:
            gap = column - cells(node.title) - 2
            is_taken = bool(taken.get((node.key, after.key)))
            names.append(Span(_arrow(gap, glyphs, is_taken=is_taken), "quiet" if is_taken else "faint"))
    yield Line(spans(*names))
    yield Line(
        spans(*(Span(left(f"  {cut_text(one_line(n.note, 60), column - 3)}", column), "quiet") for n in graph.nodes))
    )
    if any(node.times > 1 for node in graph.nodes):
        times = (f"  {node.times} times" if node.times > 1 else "" for node in graph.nodes)
        yield Line(spans(*(Span(left(one, column), "faint") for one in times)))
    order = [*places]
    for edge in graph.edges:
        if edge.is_loop and edge.times:
            yield from _loop_across(edge, graph.loops, glyphs, places)
        elif edge.times and order.index(edge.target) - order.index(edge.source) > 1:
            yield from _skip_across(edge, glyphs, places)


def _arrow(gap: int, glyphs: Glyphs, *, is_taken: bool) -> str:
    """The way to the next state, filling the gap."""
    line, head = ("-", ">") if glyphs.is_ascii else ("─", "▶")
    if not is_taken:
        line, head = (".", " ") if glyphs.is_ascii else ("┄", " ")
    return f" {line * max(gap - 3, 1)}{head} "


def _loop_across(edge: Edge, loops: Sequence[Loop], glyphs: Glyphs, places: dict[str, int]) -> Iterator[Line]:
    """A way back: from below its source to below its target, with the last reason on it."""
    begin, end = places[edge.target], places[edge.source]
    up, side, corner, line, other = ("^", "|", "`", "-", "'") if glyphs.is_ascii else ("▲", "│", "└", "─", "┘")
    whys = [loop.why for loop in loops if (loop.source, loop.target) == (edge.source, edge.target)]
    inside = end - begin - 1
    why = cut_text(one_line(whys[-1] if whys else "", TEXT_LIMIT), inside - 4, glyphs.ellipsis)
    number = f" {edge.times} times " if edge.times > 1 and inside - cells(why) > 16 else ""
    told = f" {why} " if why else ""
    rest = max(inside - cells(told) - cells(number) - 1, 0)
    yield Line(spans(Span(" " * begin), Span(up, "stale"), Span(" " * inside), Span(side, "stale")))
    yield Line(
        spans(
            Span(" " * begin),
            Span(corner + line, "stale"),
            Span(told, "stale"),
            Span(line * rest, "stale"),
            Span(number, "stale"),
            Span(other, "stale"),
        )
    )


def _skip_across(edge: Edge, glyphs: Glyphs, places: dict[str, int]) -> Iterator[Line]:
    """A way past a state that lies between."""
    begin, end = places[edge.source], places[edge.target]
    up, side, corner, line, other = ("^", "|", "`", "-", "'") if glyphs.is_ascii else ("▲", "│", "└", "─", "┘")
    inside = end - begin - 1
    yield Line(spans(Span(" " * begin), Span(side, "quiet"), Span(" " * inside), Span(up, "quiet")))
    yield Line(spans(Span(" " * begin), Span(corner + line * inside + other, "quiet")))


def _down(detail: RunDetail, graph: Graph, glyphs: Glyphs, width: int) -> Iterator[Line]:
    """One state a line; a loop runs on the right from its source up to its target, with the last reason beside it."""
    keys = [node.key for node in graph.nodes]
    backs = [edge for edge in graph.edges if edge.is_loop and edge.times]
    space = max(width - 2 * len(backs) - 1, 10)
    words = [_words_of(node) for node in graph.nodes]
    reasons = _reasons(graph, backs, keys, [cells(one) for one in words], space - 2, glyphs)
    for number, node in enumerate(graph.nodes):
        sign, title = _title(detail, graph, node, glyphs)
        reason = reasons.get(number, "")
        shown = left(cut_text(words[number], space - 2, glyphs.ellipsis), space - 2 - cells(reason))
        rails = [_rail(edge, keys, number, glyphs) for edge in backs]
        name, rest = shown[: cells(node.title)], shown[cells(node.title) :]
        told = (Span(rest, "quiet"), Span(reason, "stale"), *(Span(one, "stale") for one in rails))
        yield Line(spans(sign, Span(name, title.tone), *told))


def _words_of(node: Node) -> str:
    times = f"   {node.times} times" if node.times > 1 else ""
    return f"{left(node.title, 9)} {one_line(node.note, 60)}{times}"


def _reasons(
    graph: Graph, backs: Sequence[Edge], keys: Sequence[str], used: Sequence[int], space: int, glyphs: Glyphs
) -> dict[int, str]:
    """Number of a state to what stands at the right end of its line: why the innermost way was taken the last time."""
    if not backs:
        return {}
    edge = backs[0]
    whys = [loop.why for loop in graph.loops if (loop.source, loop.target) == (edge.source, edge.target)]
    inside = range(keys.index(edge.target) + 1, keys.index(edge.source))
    room = space - max((used[number] for number in inside), default=space) - _BEFORE_REASON
    if not whys or not inside or room < _LEAST_REASON:
        return {}
    rows = wrap((Span(one_line(whys[-1], TEXT_LIMIT)),), room, len(inside), 0, glyphs.ellipsis)
    return {number: left("".join(span.text for span in row), room) for number, row in zip(inside, rows, strict=False)}


def _rail(edge: Edge, keys: Sequence[str], number: int, glyphs: Glyphs) -> str:
    top, bottom = keys.index(edge.target), keys.index(edge.source)
    head, line, foot = ("<.", " |", "-'") if glyphs.is_ascii else ("◀╮", " │", "─╯")
    if number == top:
        return head
    if number == bottom:
        return foot
    return line if top < number < bottom else "  "


def _words(detail: RunDetail, graph: Graph, glyphs: Glyphs) -> Iterator[Line]:
    node = next((one for one in graph.nodes if one.key == graph.lit), None)
    if node is not None:
        word = "ended" if graph.is_over else "now"
        note = f"   {one_line(node.note, 200)}" if node.note else ""
        yield labelled(word, Span(node.title, "accent"), Span(note, "quiet"))
    if not graph.loops:
        if any(edge.is_loop for edge in graph.edges) and graph.nodes:
            yield labelled("loops", Span("none: it never went back", "quiet"))
        return
    arrow = "->" if glyphs.is_ascii else "→"
    yield Line()
    yield said(Span(counted(len(graph.loops), "loop"), "strong"))
    for loop in graph.loops:
        way = Span(f"  round {loop.round}  {loop.source} {arrow} {loop.target}   ", "quiet")
        yield Line(spans(way, Span(one_line(loop.why, TEXT_LIMIT))), (), 6, 2 + LABEL)
