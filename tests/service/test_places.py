"""Finding workspaces below a folder, and completing a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from odw_core.service.places import absolute, completed, completions, find_workspaces


@pytest.fixture
def work(tmp_path: Path) -> Path:
    for below in (
        "shop/.odw/runs",
        "shop/node_modules/x/.odw/runs",
        "shop/.git/.odw/runs",
        "shop/.hidden/.odw/runs",
        "team/billing/.pandacode/sessions",
        "1/2/3/.odw/runs",
        "1/2/3/4/.odw/runs",
        ".codex/sessions",
        "nothing/here",
    ):
        (tmp_path / below).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    return tmp_path


def test_workspaces_are_found_to_depth_three(work: Path) -> None:
    search = find_workspaces(str(work))
    found = {Path(one.path).relative_to(work).as_posix(): one.engines for one in search.found}
    assert {"shop", "team/billing", "1/2/3"} <= set(found) <= {"shop", "team/billing", "1/2/3", ".codex"}
    assert found["shop"] == ("odw",)
    assert search.is_whole
    assert search.links == 1


def test_a_folder_that_is_a_workspace_is_found_itself(work: Path) -> None:
    assert [one.path for one in find_workspaces(f"{work}/shop").found] == [f"{work}/shop"]


def test_depth_and_number_of_folders_are_bounded(work: Path) -> None:
    assert "1/2/3" not in {Path(one.path).relative_to(work).as_posix() for one in find_workspaces(str(work), 2).found}
    assert not find_workspaces(str(work), most=2).is_whole


def test_a_folder_that_is_not_there_is_told(work: Path) -> None:
    search = find_workspaces(f"{work}/gone")
    assert (search.found, search.unreadable) == ((), (f"{work}/gone",))


def test_a_link_to_its_own_parent_ends(work: Path) -> None:
    (work / "shop" / "round").symlink_to(work)
    assert find_workspaces(str(work)).is_whole


def test_a_path_is_completed_as_it_is_typed(work: Path) -> None:
    home = str(work)
    assert completions("~/sh", home) == ("~/shop/",)
    assert completions("~/", home) == ("~/1/", "~/link/", "~/nothing/", "~/shop/", "~/team/")
    assert completions("~/.c", home) == ("~/.codex/",)
    assert completions(f"{work}/team/b", home) == (f"{work}/team/billing/",)
    assert completions("~/gone/x", home) == ()


def test_what_all_choices_share_is_filled_in() -> None:
    assert completed("~/s", ("~/shop/", "~/shoes/")) == "~/sho"
    assert completed("~/s", ("~/shop/",)) == "~/shop/"
    assert completed("~/s", ("~/shop/", "~/shop/")) == "~/shop/"
    assert completed("~/s", ()) == "~/s"


def test_what_is_typed_becomes_absolute(monkeypatch: pytest.MonkeyPatch, work: Path) -> None:
    monkeypatch.chdir(work)
    assert absolute("~/x/", "/home/dev") == "/home/dev/x"
    assert absolute("~", "/home/dev") == "/home/dev"
    assert absolute("shop/../team", "") == f"{work}/team"
    assert absolute("", "") == str(work)
