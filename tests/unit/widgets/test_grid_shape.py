"""Where a grid puts things: whole columns only, nothing unused, nothing that gets narrower while one looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_tui.present.spans import Span
from odw_tui.present.table import GridColumn, GridContent, GridRow
from odw_tui.widgets.grid_shape import GAP, GUTTER, GridShape


def column(key: str, width: int, kin: str = "") -> GridColumn:
    return GridColumn(key, ((Span("x" * width),), ()), kin, least=1, most=30)


def content(*widths: int, rows: int = 3) -> GridContent:
    return GridContent(
        tuple(column(f"c{place}", width) for place, width in enumerate(widths)),
        tuple(GridRow(f"r{place}", (Span("title"),)) for place in range(rows)),
    )


def test_columns_of_one_kin_are_equally_wide() -> None:
    kin = GridContent((column("a", 4, "round"), column("b", 9, "round"), column("c", 3)))
    assert GridShape(kin, 20).widths == [9, 9, 3]


def test_a_cell_makes_its_column_wider_up_to_a_limit() -> None:
    wide = GridContent((column("a", 4),), (GridRow("r", ()),), {("r", "a"): (Span("y" * 99),)})
    assert GridShape(wide, 20).widths == [30]


def test_nothing_gets_narrower_while_a_grid_is_open() -> None:
    before = GridShape(content(20, 8), 20)
    assert GridShape(content(5, 9), 20, before).widths == [20, 9]


def test_apart_rows_have_an_empty_line_above_but_not_on_top() -> None:
    rows = (GridRow("a", (), apart=True), GridRow("b", ()), GridRow("c", (), apart=True))
    shape = GridShape(GridContent((column("x", 3),), rows), 20)
    assert shape.lines == [0, 1, None, 2]
    assert shape.line_of == [0, 1, 3]


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(0, 11),
    st.integers(1, 160),
)
def test_the_cursor_is_in_view_and_columns_are_whole(widths: list[int], left: int, cursor: int, width: int) -> None:
    shape = GridShape(content(*widths), 10)
    left, cursor = min(left, len(widths) - 1), min(cursor, len(widths) - 1)
    placed = shape.in_view(left, cursor, width)
    if width <= shape.first_x(width):
        assert placed == ()
        return
    assert cursor in [one.column for one in placed]
    end = GUTTER
    for place, one in enumerate(placed):
        assert one.x >= end
        assert one.x + one.width <= width
        assert one.width == shape.widths[one.column] or place == 0
        end = one.x + one.width + GAP


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_space_is_left_unused_on_the_right(width: int) -> None:
    shape = GridShape(content(10, 10, 10, 10, 10, 10), 10)
    placed = shape.in_view(5, 5, width)
    assert placed[-1].column == 5
    before = placed[0].column - 1
    assert before < 0 or placed[-1].x + placed[-1].width + GAP + shape.widths[before] > width


def test_one_column_takes_all_the_space() -> None:
    shape = GridShape(content(10, 10), 10)
    (one,) = shape.one_in_view(1, 60)
    assert one.column == 1
    assert 60 - 4 <= one.x + one.width <= 60


def test_columns_stand_closer_together_where_that_brings_all_of_them_into_view() -> None:
    def round_column(key: str, width: int) -> GridColumn:
        return GridColumn(key, ((Span("x" * width),), ()), "round", least=20, most=30)

    grid = GridContent((round_column("a", 15), round_column("b", 8), column("c", 9)))
    shape = GridShape(grid, 10)
    room = shape.first_x(0) + 15 + 8 + 9 + 2 * GAP
    assert [one.width for one in shape.in_view(0, 0, room)] == [15, 8, 9]
    assert [one.width for one in shape.in_view(0, 0, room + 30)] == [20, 20, 9]
    assert [one.width for one in shape.in_view(0, 0, room - 1)] == [20]


def test_a_column_that_may_still_grow_keeps_its_room_where_all_stand_close() -> None:
    live = GridColumn("b", ((Span("x" * 8),), ()), "round", least=16, most=30, close=16)
    shape = GridShape(GridContent((GridColumn("a", ((Span("x"),), ()), "round", least=16, most=30), live)), 10)
    assert [one.width for one in shape.in_view(0, 0, shape.first_x(0) + 1 + GAP + 16)] == [1, 16]
