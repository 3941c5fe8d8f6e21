"""How lines are drawn: aligned for everyone, cut for a terminal only."""

from __future__ import annotations

from dataclasses import replace

from odw_tui.headless.drawing import Column, Look, draw, facts, table, words
from odw_tui.present.glyphs import glyphs
from odw_tui.present.spans import Span, cells
from odw_tui.terminal.ink import coloured, colourless

LOOK = Look(glyphs(ascii_only=False), now=0.0, home="", width=None, paint=colourless)

COLUMNS = (Column("NAME", least=4), Column("WHERE", leaves=1), Column("AGE", is_number=True), Column("ADDRESS"))
ROWS = [
    (Span("a long name of a run"), Span("shop"), Span("3m"), Span("odw:run-1")),
    (Span("短い"), Span("billing"), Span("12m"), Span("odw:run-2")),
]


def drawn(width: int | None) -> list[str]:
    look = replace(LOOK, width=width)
    return list(draw(table(COLUMNS, ROWS, look), look))


def test_columns_are_aligned_by_cells_and_numbers_to_the_right() -> None:
    assert drawn(None) == [
        "NAME                  WHERE    AGE  ADDRESS",
        "a long name of a run  shop      3m  odw:run-1",
        "短い                  billing  12m  odw:run-2",
    ]


def test_nothing_is_cut_in_a_pipe() -> None:
    endless = "x" * 10_000
    assert list(draw([words(endless)], LOOK)) == [endless]


def test_on_a_narrow_terminal_columns_leave_and_shrink_in_their_turn() -> None:
    assert drawn(46)[1] == "a long name of a run  shop      3m  odw:run-1"
    assert drawn(42)[1] == "a long name of a…  shop      3m  odw:run-1"
    assert drawn(24)[1] == "a long…    3m  odw:run-1"
    assert drawn(24)[0] == "NAME      AGE  ADDRESS"


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in range(1, 60):
        assert max(map(cells, drawn(width))) <= width


def test_facts_are_aligned_and_their_further_lines_hang() -> None:
    lines = facts([("why", "first\nsecond"), ("nothing", ""), ("address", "odw:run")], indent=2)
    assert list(draw(lines, LOOK)) == ["  why      first", "           second", "  address  odw:run"]


def test_a_tone_is_painted_and_spaces_are_not() -> None:
    look = replace(LOOK, paint=coloured)
    assert list(draw([(Span("✗ failed", "failed"), Span("  ", "strong"), Span("why"))], look)) == [
        "\x1b[31m✗ failed\x1b[0m  why"
    ]


def test_colour_is_added_after_cutting() -> None:
    look = replace(LOOK, paint=coloured, width=6)
    assert list(draw([(Span("a long word", "failed"),)], look)) == ["\x1b[31ma lon…\x1b[0m"]
