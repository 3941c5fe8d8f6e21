"""Places in ``config.toml``: added, named, removed and taken back, and nothing else of the file is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.config import load_config
from odw_core.config_places import add_places, name_place, remove_place, take_back
from odw_core.errors import ConfigError

HOME = str(Path("~").expanduser())
TEXT = """\
# my own words
theme = "dark"  # keep
places = [
    "~/a", # first
    "b",
]

[keys]
open = ["o"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "config" / "config.toml"
    made.parent.mkdir()
    made.write_text(TEXT)
    return made


def kept(file: Path) -> tuple[str, ...]:
    return load_config(file, must_exist=True).places


def test_a_place_is_added_behind_the_others_and_comments_stay(file: Path, home: Path) -> None:
    add_places(file, [f"{home}/c", "/d", "/d"], str(home))
    assert kept(file) == (f"{home}/a", f"{file.parent}/b", f"{home}/c", "/d")
    text = file.read_text()
    assert "# my own words" in text
    assert '"~/a", # first' in text
    assert '"~/c"' in text
    assert text.endswith('[keys]\nopen = ["o"]\n')


def test_a_place_that_is_kept_already_changes_nothing(file: Path, home: Path) -> None:
    add_places(file, [f"{home}/a"], str(home))
    assert file.read_text() == TEXT


def test_without_a_file_one_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    add_places(file, ["/d"], "/home/dev")
    assert kept(file) == ("/d",)


def test_a_place_is_added_before_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\nopen = ["o"]\n')
    add_places(file, ["/d"], "")
    assert kept(file) == ("/d",)


def test_a_name_is_given_changed_and_taken_away(file: Path, home: Path) -> None:
    place = f"{home}/a"
    assert name_place(file, place, "Shop", str(home)).config.place_names == {place: "Shop"}
    name_place(file, place, "Store", str(home))
    assert load_config(file, must_exist=True).place_names == {place: "Store"}
    name_place(file, place, "", str(home))
    assert load_config(file, must_exist=True).place_names == {}


def test_what_is_removed_goes_with_its_name_and_comes_back(file: Path, home: Path) -> None:
    name_place(file, f"{home}/a", "Shop", str(home))
    before = file.read_text()
    edit = remove_place(file, f"{home}/a")
    assert kept(file) == (f"{file.parent}/b",)
    assert edit.config.place_names == {}
    assert take_back(file, edit).places[0] == f"{home}/a"
    assert file.read_text() == before


def test_a_file_that_was_changed_since_is_not_overwritten(file: Path) -> None:
    edit = remove_place(file, f"{file.parent}/b")
    file.write_text('theme = "light"\n')
    with pytest.raises(ConfigError, match="changed since"):
        take_back(file, edit)
    assert file.read_text() == 'theme = "light"\n'


def test_a_wrong_file_is_left_alone(file: Path) -> None:
    file.write_text("places = 5\n")
    with pytest.raises(ConfigError):
        add_places(file, ["/d"], "")
    assert file.read_text() == "places = 5\n"


@given(st.lists(st.text(min_size=1).filter(lambda name: "\0" not in name and "/" not in name), max_size=4))
def test_any_name_survives_the_way_into_the_file_and_out(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    places = [
        f"/w/{name}" for name in names if name not in (".", "..") and name.encode("utf-8", "ignore").decode() == name
    ]
    try:
        for place in places:
            add_places(file, [place], "/home/dev")
            name_place(file, place, "N", "/home/dev")
    except ConfigError:
        return
    if places:
        config = load_config(file, must_exist=True)
        assert list(dict.fromkeys(places)) == list(config.places)
        assert set(config.place_names) == set(places)
