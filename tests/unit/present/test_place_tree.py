"""The tree of places and its counts."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import State
from odw_tui.present import place_tree
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.place_tree import Offered, Place
from odw_tui.present.places import place_names
from odw_tui.present.spans import Spans, width_of


def text(line: Spans) -> str:
    return "".join(span.text for span in line)


SHOP = Place("/home/dev/work/shop", "Shop", is_kept=True, counts={State.DONE: 12, State.WAITING: 1})
DOCS = Place("/home/dev/work/docs")
CODEX = Place("/home/dev/.codex", is_home=True)


def test_workspaces_stand_under_their_folder_and_homes_below() -> None:
    rows = [text(row.left) for row in place_tree.tree((SHOP, CODEX, DOCS), "/home/dev")]
    assert rows == ["  workspaces  2", "  ~/work/", "docs", "Shop  shop", "", "  Codex homes  1", "  ~/", ".codex"]


def test_what_needs_a_person_is_counted_first() -> None:
    assert text(place_tree.place_counts(SHOP, UNICODE)).split("   ")[:2] == ["◆ 1 waiting", "✓ 12 done"]


def test_a_line_is_never_wider_than_the_list() -> None:
    for width in (40, 60, 96, 200):
        for row in place_tree.tree((SHOP, CODEX, Place("/w/" + "x" * 300)), "/home/dev"):
            assert width_of(place_tree.tree_line(row, UNICODE, width, has_cursor=True)) <= width


def test_a_place_says_where_it_comes_from() -> None:
    notes = [place.note for place in (SHOP, DOCS, CODEX, Place("/w", is_kept=True, is_watched=False))]
    assert notes == ["kept", "only this time", "Codex home", "kept, not watched yet"]


def test_a_place_that_is_there_for_a_campaign_says_which_and_for_how_long() -> None:
    lent = replace(samples.snapshot((), places=("/shop", "/api")), lent={"/api": Address("odw", "odw-exec-1-2")})
    api, shop = place_tree.places_of(lent, (), {}, "/home/dev/.codex")
    assert (api.note, shop.note) == ("of a campaign at work", "only this time")
    story = [text((*line.left, *line.right)) for line in place_tree.place_story(api, UNICODE, "/home/dev")]
    assert any("a repository of odw:odw-exec-1-2; it is watched until that campaign is over" in one for one in story)
    (kept,) = [one for one in place_tree.places_of(lent, ("/api",), {}, "") if one.path == "/api"]
    assert kept.note == "kept"


def test_places_are_those_that_are_watched_and_those_that_are_kept() -> None:
    snapshot = samples.room()
    places = place_tree.places_of(snapshot, ["/kept"], {"/kept": "Kept"}, "/home/dev/.codex")
    assert {place.path for place in places} == {*snapshot.places, "/kept"}
    (kept,) = (place for place in places if place.is_kept)
    assert (kept.name, kept.is_watched) == ("Kept", False)
    rows = sum(sum(place.counts.values()) for place in places)
    assert rows > 0


def test_foreign_names_are_made_plain() -> None:
    evil = Place("/w/\x1b[31mred", "\x1b]0;x\x07name")
    lines = [text(row.left) for row in place_tree.tree((evil,), "")]
    lines += [text(line.left) for line in place_tree.place_story(evil, UNICODE, "")]
    assert not any("\x1b" in line or "\x07" in line for line in lines)


def test_a_found_place_has_a_box_unless_it_is_kept() -> None:
    def line(one: Offered, *, is_chosen: bool) -> str:
        return text(place_tree.offer_line(one, "/w", UNICODE, 60, is_chosen=is_chosen, has_cursor=False))

    assert line(Offered("/w/a", ("odw", "converge")), is_chosen=True).startswith("  [x] a ")
    assert line(Offered("/w/a", ("odw", "converge")), is_chosen=False).endswith("odw, converge")
    assert "kept already" in line(Offered("/w/a", ("odw",), is_known=True), is_chosen=False)


def test_suggestions_say_how_many_more_there_are() -> None:
    lines = [text(line.left) for line in place_tree.suggestion_lines([f"~/{n}/" for n in range(9)], 3)]
    assert lines == ["~/0/", "~/1/", "and 7 more"]


def test_a_name_of_its_own_is_the_name_of_a_place_everywhere() -> None:
    assert place_names(["/w/a/shop", "/w/b/shop"], {"/w/a/shop": "Store", "/gone": "x"}) == {
        "/w/a/shop": "Store",
        "/w/b/shop": "b/shop",
    }
