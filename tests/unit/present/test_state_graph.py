"""The states of a run as a drawing: on a narrow screen the reason stands beside the way back, never over a state."""

from __future__ import annotations

import pytest

from drivers import samples
from odw_core.model.coordination import Edge, Graph, Loop, Node
from odw_tui.present.glyphs import glyphs
from odw_tui.present.spans import cells
from odw_tui.present.state_graph import graph_lines

WHY = "HITL_REQUIRED, and the ceiling was not reached; upstream tells its planners nothing new"
GRAPH = Graph(
    nodes=(
        Node("collect", "collect", 1, "3 repos"),
        Node("propose", "propose", 3, "duties for 3 repos"),
        Node("plan", "plan", 3, "3 plans"),
        Node("align", "align", 3, "0 issues"),
        Node("decide", "decide", 3, "HITL_REQUIRED, 1 blocker"),
        Node("write", "write", 1, "18 files"),
    ),
    edges=(Edge("collect", "propose", 1), Edge("propose", "plan", 3), Edge("decide", "propose", 2, is_loop=True)),
    lit="write",
    loops=(Loop(1, "decide", "propose", WHY), Loop(2, "decide", "propose", WHY)),
    is_over=True,
)


def drawn(width: int, *, ascii_only: bool = False) -> list[str]:
    lines = graph_lines(samples.run_detail(graph=GRAPH), glyphs(ascii_only=ascii_only), width)
    return ["".join(span.text for span in line.left) for line in lines[: len(GRAPH.nodes)]]


@pytest.mark.parametrize("width", [56, 60, 70, 76])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_reason_of_a_way_back_stands_beside_it(width: int, ascii_only: bool) -> None:
    rows = drawn(width, ascii_only=ascii_only)
    assert " ".join(rows[2].split()).startswith(f"{rows[2].split()[0]} plan 3 plans 3 times HITL_REQUIRED,")
    assert len({cells(row) for row in rows[1:5]}) == 1, "the way back is one straight line"
    assert max(map(cells, rows)) <= width
    assert all(node.note in row for node, row in zip(GRAPH.nodes, rows, strict=True))


def test_without_space_the_reason_stands_below_alone() -> None:
    assert not any("HITL_REQUIRED, and" in row for row in drawn(45))
    lines = graph_lines(samples.run_detail(graph=GRAPH), glyphs(ascii_only=False), 45)
    assert any(WHY in "".join(span.text for span in line.left) for line in lines[6:])
