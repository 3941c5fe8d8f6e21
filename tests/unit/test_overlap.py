"""Two at work that change the same file, or share a folder, know of each other."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.item import Item, Kind, State
from odw_core.state.overlap import Overlap, overlaps


def session(name: str, *files: str, folder: str | None = None, state: State = State.RUNNING) -> Item:
    return replace(
        samples.item(name, state),
        address=Address("codex", name),
        parent=None,
        kind=Kind.SESSION,
        folder=folder,
        files=files,
    )


def found(*items: Item) -> dict[str, list[tuple[str, str, bool]]]:
    told = overlaps({item.address: item for item in items})
    return {str(at): [(str(one.other), one.path, one.is_file) for one in shared] for at, shared in told.items()}


def test_two_that_changed_the_same_file_both_name_it() -> None:
    one, two = session("a", "/w/x.py", "/w/y.py", folder="/w"), session("b", "/w/y.py", folder="/w/sub")
    assert found(one, two) == {
        "codex:a": [("codex:b", "/w/y.py", True)],
        "codex:b": [("codex:a", "/w/y.py", True)],
    }


def test_two_in_one_folder_are_named_even_before_they_change_anything() -> None:
    assert found(session("a", folder="/w"), session("b", folder="/w", state=State.WAITING)) == {
        "codex:a": [("codex:b", "/w", False)],
        "codex:b": [("codex:a", "/w", False)],
    }


def test_a_shared_file_says_more_than_the_folder_it_lies_in() -> None:
    told = overlaps(
        {one.address: one for one in (session("a", "/w/x", folder="/w"), session("b", "/w/x", folder="/w"))}
    )
    assert told[Address("codex", "a")] == (Overlap(Address("codex", "b"), "/w/x", True),)


def test_what_is_over_is_in_nobodys_way() -> None:
    assert found(session("a", "/w/x", folder="/w"), session("b", "/w/x", folder="/w", state=State.DONE)) == {}


def test_sessions_of_one_run_share_its_folder_on_purpose_but_not_a_file() -> None:
    run = Address("odw", "run")
    one, two = (replace(session(name, "/w/x", folder="/w"), parent=run) for name in ("a", "b"))
    assert found(replace(one, files=()), two) == {}
    assert found(one, two)["codex:a"] == [("codex:b", "/w/x", True)]
