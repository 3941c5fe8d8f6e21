"""Rows of the room: grouped, filtered, in an order that only facts change, and equal however they came about."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.change import Change
from odw_core.model.item import Item, Kind, State
from odw_tui.present.room import Order, Query, Rows, select
from odw_tui.present.room_lines import LineKind, RoomLines

names = st.sampled_from([f"run-{number}" for number in range(8)])


@st.composite
def some_items(draw: st.DrawFn) -> dict[Address, Item]:
    """A few runs and sessions of runs, some of which are not there."""
    found: dict[Address, Item] = {}
    for name in draw(st.sets(names)):
        parent = draw(st.none() | names.map(lambda other: Address("odw", other)))
        address = Address("odw", name)
        found[address] = samples.item(
            name,
            draw(st.sampled_from(State)),
            age_s=draw(st.sampled_from([1.0, 60.0, 60.5])),
            parent=None if parent == address else parent,
            kind=Kind.RUN if parent is None else Kind.SESSION,
            cause=draw(st.sampled_from([None, "it broke"])),
            title=draw(st.sampled_from(["alpha", "beta"])),
        )
    return found


def changes_between(before: dict[Address, Item], after: dict[Address, Item]) -> tuple[Change, ...]:
    touched = [address for address in before.keys() | after.keys() if before.get(address) != after.get(address)]
    return tuple(Change(1, address, before.get(address), after.get(address)) for address in sorted(touched))


def told(rows: Rows) -> list[tuple[State, list[Address], list[Address]]]:
    return [
        (group.state, [item.address for item in group.items], [item.address for item in group.shown])
        for group in rows.groups
    ]


@given(some_items(), some_items(), some_items(), st.sampled_from(["", "alpha", "beta failed"]), st.sampled_from(Order))
def test_rows_that_grew_equal_rows_read_at_once(
    first: dict[Address, Item], second: dict[Address, Item], third: dict[Address, Item], text: str, order: Order
) -> None:
    query = Query.parse(text)
    rows = select(first, query, order)
    rows = rows.after(changes_between(first, second), second)
    rows = rows.after(changes_between(second, third), third)
    whole = select(third, query, order)
    assert told(rows) == told(whole)
    assert rows.by_address == whole.by_address
    assert rows.counts == whole.counts


def test_many_newcomers_at_once_are_sorted_in() -> None:
    few = {item.address: item for item in samples.room_items()}
    many = {item.address: item for item in samples.many_items(300)}
    rows = select(few, Query.parse("done"), Order.START).after(changes_between(few, many), many)
    assert told(rows) == told(select(many, Query.parse("done"), Order.START))


def test_groups_that_nothing_touches_are_the_same_objects() -> None:
    before = {item.address: item for item in samples.room_items()}
    item = samples.room_items()[5]
    after = {**before, item.address: replace(item, stage="review")}
    rows = select(before, Query(), Order.START)
    grown = rows.after(changes_between(before, after), after)
    untouched = [group for group in grown.groups if group.state is not State.RUNNING]
    assert all(any(group is old for old in rows.groups) for group in untouched)


def test_a_run_that_starts_to_wait_takes_its_waiting_session_out_of_the_rows() -> None:
    run = samples.item("run", State.RUNNING)
    session = samples.session_item("asks", run.address, state=State.WAITING)
    before = {one.address: one for one in (run, session)}
    rows = select(before, Query(), Order.START)
    assert session.address in rows.by_address
    after = {**before, run.address: replace(run, state=State.WAITING)}
    assert session.address not in rows.after(changes_between(before, after), after).by_address


@given(some_items(), st.booleans())
def test_every_row_can_be_found_on_its_line(items: dict[Address, Item], is_compact: bool) -> None:
    rows = select(items, Query(), Order.START)
    lines = RoomLines(rows, is_compact=is_compact)
    all_lines = [lines.line(index) for index in range(len(lines))]
    for address in rows.by_address:
        index = lines.index_of(address)
        assert index is not None
        assert all_lines[index].kind is LineKind.ROW
        item = all_lines[index].item
        assert item is not None and item.address == address
    assert sum(line.kind is LineKind.ROW for line in all_lines) == rows.total
    assert sum(line.kind is LineKind.HEADING for line in all_lines) == (0 if is_compact else len(rows.groups))


@given(some_items())
def test_a_cause_stands_below_its_failed_or_blocked_row_and_nowhere_else(items: dict[Address, Item]) -> None:
    lines = RoomLines(select(items, Query(), Order.START))
    for index in range(len(lines)):
        line = lines.line(index)
        if line.kind is LineKind.CAUSE:
            above = lines.line(index - 1)
            assert above.kind is LineKind.ROW and above.item is line.item
            assert line.item is not None and line.item.state in (State.FAILED, State.BLOCKED) and line.item.cause


@given(some_items(), st.sampled_from(State))
def test_the_rows_of_a_state_are_all_its_rows_from_top_to_bottom(items: dict[Address, Item], state: State) -> None:
    rows = select(items, Query(), Order.START)
    lines = RoomLines(rows)
    found = lines.rows_of(state)
    assert found == sorted(found)
    assert len(found) == rows.counts.get(state, 0)
    assert all(lines.line(index).kind is LineKind.ROW for index in found)
