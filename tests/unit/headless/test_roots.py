"""Which folders a command looks at."""

from __future__ import annotations

from pathlib import Path

import pytest

from odw_core.errors import UsageError
from odw_tui.headless.roots import chosen_places, is_place, nothing_under


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two workspaces in it."""
    for name in ("shop/.odw", "billing/.pandacode"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_name_this_folder_and_the_configured_places_are_meant(work: Path) -> None:
    assert chosen_places([], ["/srv/shop"]) == (str(work), "/srv/shop")


def test_names_replace_the_defaults_and_keep_their_order(work: Path) -> None:
    assert chosen_places(["shop", "billing"], ["/srv/shop"]) == (f"{work}/shop", f"{work}/billing")


def test_each_folder_is_meant_once_by_its_first_name(work: Path) -> None:
    (work / "link").symlink_to(work / "shop")
    assert chosen_places(["link", "shop", "./shop/"], []) == (f"{work}/link",)


def test_the_folder_inside_a_workspace_means_the_workspace(work: Path) -> None:
    assert chosen_places(["shop/.odw", "billing/.pandacode"], []) == (f"{work}/shop", f"{work}/billing")


def test_a_name_may_begin_at_home(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(work))
    assert chosen_places(["~/shop"], []) == (f"{work}/shop",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("void", "void does not exist; name a folder that is there."),
        ("status", "status does not exist; if you mean the command, put it first: odw-tui status DIR."),
        ("lits", "lits does not exist; did you mean odw-tui list?"),
        ("shop/.odw/file", "shop/.odw/file is no folder; name the workspace"),
        ("shop/.odw/file/below", "shop/.odw/file/below does not exist"),
    ],
)
def test_a_name_that_means_nothing_is_told(work: Path, name: str, said: str) -> None:
    (work / "shop/.odw/file").touch()
    with pytest.raises(UsageError, match=f"^{said}"):
        chosen_places([name], [])


def test_a_current_folder_that_is_gone_is_told(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = work / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(UsageError, match=r"^The current folder is gone; .* --root DIR"):
        chosen_places([], [])
    assert chosen_places([str(work / "shop")], []) == (f"{work}/shop",)


def test_a_workspace_holds_what_some_engine_writes(work: Path) -> None:
    assert is_place(str(work / "shop")) and is_place(str(work / "billing"))
    assert not is_place(str(work))


def test_the_sentence_about_an_empty_room_names_every_folder_and_the_next_step() -> None:
    assert nothing_under(["/home/ada/a", "/b"], "/home/ada") == (
        "No runs under ~/a or /b; name a folder that holds .odw, .pandacode or .converge,"
        " or see how it looks: odw-tui demo."
    )
