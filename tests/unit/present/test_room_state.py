"""RoomState: up to date with what happened, whatever the filter and the order, and the top that speaks of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.change import Change
from odw_core.model.item import State
from odw_core.model.problem import Problem
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.room import Order
from odw_tui.present.room_head import Headed, counts, head
from odw_tui.present.room_state import RoomState
from odw_tui.present.spans import Line, width_of

KEYS = {"help": "?", "filter": "/", "sort": "s", "problems": "!"}


def said(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(text for text, _ in (*line.left, *line.right)) for line in lines]


def test_what_happened_while_nobody_looked_is_caught_up_with_at_once() -> None:
    state = RoomState(samples.room())
    one, two = samples.item("one", age_s=1), samples.item("two", State.DONE, age_s=1)
    items = dict(state.snapshot.items)
    for new in (one, two):
        items[new.address] = new
        state.happened(replace(state.snapshot, items=dict(items)), (Change(2, new.address, None, new),))
    assert state.is_behind
    assert one.address not in state.rows.by_address
    state.catch_up()
    assert not state.is_behind
    assert {one.address, two.address} <= state.rows.by_address.keys()


def test_what_comes_with_the_end_of_the_reading_needs_no_change_to_be_seen() -> None:
    whole = samples.room()
    first = replace(whole, items=dict(list(whole.items.items())[:2]), complete=False)
    state = RoomState(first)
    state.happened(whole, ())
    state.catch_up()
    assert state.rows.total == len(whole.items)


def test_a_filter_and_an_order_outlive_what_happens() -> None:
    state = RoomState(samples.room())
    state.filter_by("release")
    state.sort_next()
    new = samples.item("another release", age_s=1)
    items = {**state.snapshot.items, new.address: new}
    state.happened(replace(state.snapshot, items=items), (Change(2, new.address, None, new),))
    state.catch_up()
    assert state.rows.order is Order.TITLE
    assert state.rows.shown == 3


def test_names_of_places_are_the_same_object_as_long_as_they_say_the_same() -> None:
    state = RoomState(samples.room())
    names = state.names
    state.happened(state.snapshot, ())
    state.catch_up()
    assert state.names is names


def headed(state: RoomState) -> Headed:
    return Headed(state.snapshot, state.rows, state.filter_text, state.failure, KEYS)


@pytest.mark.parametrize("width", [60, 75, 80, 100, 118, 238])
@pytest.mark.parametrize("is_short", [True, False])
def test_the_top_fits_and_names_every_state(width: int, is_short: bool) -> None:
    lines = head(headed(RoomState(samples.room())), UNICODE, "/home/ada", width, is_short=is_short)
    assert width_of(lines[0].left) + width_of(lines[0].right) <= width
    assert all(sign in said(lines)[0] for sign in "◆■✗▸~✓")


def test_a_narrow_top_gives_up_its_name_before_its_words_and_its_words_before_its_counts() -> None:
    of = headed(RoomState(samples.room()))
    assert said(head(of, UNICODE, "", 118, is_short=False))[0].startswith("odw-tui   ◆ 2 waiting")
    assert said(head(of, UNICODE, "", 76, is_short=False))[0].startswith("◆ 2 waiting")
    assert said(head(of, UNICODE, "", 60, is_short=False))[0].startswith("odw-tui   ◆2 ■1")


def test_zero_is_said_of_what_one_looks_for_and_left_out_of_the_rest() -> None:
    text = "".join(part for part, _ in counts({State.DONE: 3}, UNICODE, is_short=False))
    assert text == "◆ 0 waiting   ✗ 0 failed   ▸ 0 running   ✓ 3 done"
    assert "".join(part for part, _ in counts({State.DONE: 4_871}, UNICODE, is_short=True)) == "✓4.9k"


def test_the_second_line_says_where_and_what_stands_in_the_way() -> None:
    state = RoomState(replace(samples.room(), complete=False, problems=(Problem("/x", 0, "torn"),) * 2))
    state.filter_by("plan")
    second = said(head(headed(state), UNICODE, "/home/ada", 118, is_short=False))[1]
    assert second == "~/work/shop and 1 more  ·  filter plan: 1 of 10  ·  reading  ·  2 unreadable, ! lists them"


def test_a_failure_takes_the_place_of_the_reading() -> None:
    state = RoomState(replace(samples.room(), complete=False))
    state.failure = "the disk is full"
    second = said(head(headed(state), UNICODE, "/home/ada", 118, is_short=False))[1]
    assert second == "~/work/shop and 1 more  ·  no longer watching: the disk is full"
