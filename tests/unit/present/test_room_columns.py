"""The columns of the room: what fits at which width, and that every line is exactly as wide as the list."""

from __future__ import annotations

import pytest

from drivers import samples
from odw_core.model.item import State
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.places import at_home, place_names
from odw_tui.present.room import Order, Query, select
from odw_tui.present.room_columns import Key, header, layout, line
from odw_tui.present.room_lines import LineKind, RoomLines
from odw_tui.present.spans import width_of

NAMES = {"/a": "a", "/b": "b"}


def keys(
    width: int, *, names: dict[str, str] = NAMES, has_engines: bool = False, is_compact: bool = False
) -> list[Key]:
    return [one.key for one in layout(width, names, has_engines=has_engines, is_compact=is_compact).columns]


def test_a_wider_list_has_no_fewer_columns() -> None:
    for width in range(72, 240):
        assert set(keys(width)) <= set(keys(width + 1))


def test_what_is_the_same_on_every_row_is_left_out() -> None:
    assert Key.WHERE in keys(130)
    assert Key.WHERE not in keys(130, names={"/a": "a"})
    assert Key.ENGINE not in keys(130)
    assert Key.ENGINE in keys(130, has_engines=True)


def test_a_compact_list_keeps_title_stage_and_age() -> None:
    assert keys(60, is_compact=True) == [Key.TITLE, Key.STAGE, Key.AGE]


@pytest.mark.parametrize(
    ("width", "is_compact"),
    [(40, True), (59, True), (119, True), *((width, False) for width in (71, 79, 99, 105, 113, 140, 171, 172, 239))],
)
def test_no_line_is_wider_than_the_list_and_rows_fill_it(width: int, is_compact: bool) -> None:
    shape = layout(width, NAMES, has_engines=True, is_compact=is_compact)
    rows = select({item.address: item for item in samples.room_items()}, Query(), Order.START)
    lines = RoomLines(rows, is_compact=is_compact)
    assert width_of(header(shape)) <= width
    for index in range(len(lines)):
        one = lines.line(index)
        painted = width_of(line(one, shape, UNICODE, age="40s", has_cursor=index % 2 == 0))
        assert painted <= width
        if one.kind is LineKind.ROW:
            assert painted == width - 1


@pytest.mark.parametrize("width", [79, 119, 199])
@pytest.mark.parametrize(
    ("stage", "brief"),
    [("2 questions, round 2", "2 questions r2"), ("12 questions, round 3", "12 questions r3"), ("planning r1/2", "")],
)
def test_a_stage_is_said_in_fewer_words_rather_than_cut(stage: str, brief: str, width: int) -> None:
    item = samples.item(state=State.WAITING, stage=stage)
    lines = RoomLines(select({item.address: item}, Query(), Order.START))
    shape = layout(width, NAMES, has_engines=True, is_compact=False)
    painted = "".join(text for text, _ in line(lines.line(1), shape, UNICODE, age="40s", has_cursor=False))
    assert stage in painted or (brief and brief in painted)


def test_a_cause_begins_below_its_title() -> None:
    shape = layout(119, NAMES, has_engines=False, is_compact=False)
    lines = RoomLines(select({item.address: item for item in samples.room_items()}, Query(), Order.START))
    failed = lines.rows_of(State.FAILED)[0]
    row, cause = (
        "".join(text for text, _ in line(lines.line(index), shape, UNICODE, age="", has_cursor=False))
        for index in (failed, failed + 1)
    )
    assert row.index("plan the") == cause.index("cannot write") == shape.title_start()


def test_places_are_named_as_short_as_they_can_be_told_apart() -> None:
    assert place_names(["/w/shop", "/w/docs"]) == {"/w/shop": "shop", "/w/docs": "docs"}
    assert place_names(["/a/x/shop", "/b/x/shop", "/docs"]) == {
        "/a/x/shop": "a/x/shop",
        "/b/x/shop": "b/x/shop",
        "/docs": "docs",
    }
    assert place_names(["/"]) == {"/": "/"}
    assert place_names(["/shop", "/w/shop"]) == {"/shop": "shop", "/w/shop": "w/shop"}


def test_the_home_directory_is_a_tilde() -> None:
    assert at_home("/home/ada/work", "/home/ada") == "~/work"
    assert at_home("/home/ada", "/home/ada/") == "~"
    assert at_home("/home/adam/work", "/home/ada") == "/home/adam/work"
    assert at_home("/srv", "") == "/srv"
