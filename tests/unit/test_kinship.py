"""Runs and the sessions they started find each other, in whatever order they are read."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import Claim, Item, Kind, State, Tokens
from odw_core.state.kinship import Kinship

RUN = replace(
    samples.item("20261121T001244464186Z", State.WAITING),
    address=Address("converge", "20261121T001244464186Z"),
    started_at=100.0,
    tokens=None,
    claims=(Claim("codex", folder="/work/api", since=100.0, until=160.0),),
)
RECORD = replace(
    samples.item("codex:core", State.DONE),
    address=Address("pandacode", "codex:core"),
    parent=Address("odw", "run"),
    claims=(Claim("codex", session="thread"),),
)


def session(name: str, started_at: float = 120.0, folder: str = "/work/api") -> Item:
    return replace(
        samples.item(name, State.DONE),
        address=Address("codex", name),
        parent=None,
        kind=Kind.SESSION,
        started_at=started_at,
        folder=folder,
        tokens=Tokens(1000, input=900, cached=500, output=100, reasoning=40),
    )


def room(*items: Item) -> dict[Address, Item]:
    """Every item as it is shown once all were read, told one by one as the live room does it."""
    kinship, shown = Kinship(), {}
    for item in items:
        affected = kinship.take(item)
        shown[item.address] = kinship.complete(item)
        while affected:
            address = affected.pop()
            if address in shown:
                before = shown[address]
                shown[address] = kinship.complete(before)
                if shown[address] != before:
                    affected |= kinship.take(shown[address])
    return shown


@pytest.mark.parametrize("order", [*permutations((RUN, session("one"), session("two")))])
def test_sessions_in_a_claimed_folder_and_time_are_children_and_count(order: tuple[Item, ...]) -> None:
    shown = room(*order)
    assert [shown[Address("codex", name)].parent for name in ("one", "two")] == [RUN.address] * 2
    assert shown[RUN.address].tokens == Tokens(2000, True, 1800, 1000, 200, 80)


@pytest.mark.parametrize(
    "stranger",
    [session("early", 99.0), session("late", 161.0), session("elsewhere", folder="/work/api2")],
    ids=lambda item: item.address.item,
)
def test_what_began_elsewhere_or_at_another_time_stays_alone(stranger: Item) -> None:
    shown = room(RUN, stranger)
    assert shown[stranger.address].parent is None
    assert shown[RUN.address].tokens is None


@pytest.mark.parametrize("order", [*permutations((RECORD, session("thread")))])
def test_a_session_that_a_record_names_belongs_to_the_run_of_that_record(order: tuple[Item, ...]) -> None:
    assert room(*order)[Address("codex", "thread")].parent == Address("odw", "run")


def test_a_run_that_goes_leaves_its_sessions_alone() -> None:
    kinship, one = Kinship(), session("one")
    kinship.take(RUN)
    kinship.take(one)
    adopted = kinship.complete(one)
    assert adopted.parent == RUN.address
    assert kinship.forget(RUN.address) == {one.address}
    assert kinship.complete(adopted).parent is None


def test_tokens_that_an_engine_counted_itself_stand() -> None:
    counted = replace(RUN, tokens=Tokens(5))
    assert room(counted, session("one"))[RUN.address].tokens == Tokens(5)


def test_a_run_learns_of_what_its_tokens_were_made_if_its_sessions_account_for_all_of_them() -> None:
    run = replace(samples.item("run", State.DONE), address=Address("odw", "run"), tokens=Tokens(1000))
    record = replace(RECORD, kind=Kind.SESSION, tokens=Tokens(1000, input=900, cached=500, output=100, reasoning=40))
    shown = room(run, record, session("thread"))
    # The record and the session it names speak of the same tokens: they count once.
    assert shown[run.address].tokens == Tokens(1000, False, 900, 500, 100, 40)
    partly = replace(record, tokens=Tokens(700, input=600))
    assert room(run, partly)[run.address].tokens == Tokens(1000)


@pytest.mark.parametrize("order", [*permutations(range(2))])
def test_a_run_of_odw_is_part_of_the_run_that_drives_it(order: tuple[int, ...]) -> None:
    upstream = replace(samples.item("odw-exec-2-2", State.RUNNING), parent=None)
    driver = replace(
        samples.item("odw-exec-1-1", State.RUNNING), parent=None, claims=(Claim("odw", session=upstream.address.item),)
    )
    kinship = Kinship()
    told: set[Address] = set()
    for one in order:
        told |= kinship.take((upstream, driver)[one])
    assert kinship.complete(upstream).parent == driver.address
    assert kinship.complete(driver).parent is None
    # Whoever was read first is looked at again.
    assert order[0] == 1 or upstream.address in told


@pytest.mark.parametrize(
    ("engine", "name"), [("converge", "20261120T212816047000Z"), ("scenario", "run-20261120-212816")]
)
@pytest.mark.parametrize("order", [*permutations(range(2))])
def test_what_a_run_of_ours_writes_for_others_is_shown_once_below_it(
    engine: str, name: str, order: tuple[int, ...]
) -> None:
    written = replace(samples.item(name, State.DONE), address=Address(engine, name), parent=None)
    driver = replace(samples.item("odw-exec-1-1", State.DONE), parent=None, claims=(Claim(engine, session=name),))
    kinship = Kinship()
    for one in order:
        kinship.take((written, driver)[one])
    assert kinship.complete(written).parent == driver.address
