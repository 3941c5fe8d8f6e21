"""One key of the person's file is changed: comments, order, line ends and links stay, and nothing else is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.config import parse_config
from odw_core.config_edit import changed, set_key
from odw_core.errors import ConfigError

FILE = Path("/home/ada/.config/odw-tui/config.toml")

MINE = """\
# How I like it.
theme = "light"   # for the day

places = [
  "~/work/shop",  # theme = "dark" is not meant here
]

[keys]  # my fingers
open = ["o", "enter"]
theme_of_nothing = [] # none
"""


def test_only_the_value_changes() -> None:
    assert changed(MINE, "theme", "dark", FILE) == MINE.replace('theme = "light"', 'theme = "dark"')


def test_a_new_key_stands_above_the_first_section() -> None:
    made = changed(MINE, "ascii", True, FILE)
    assert parse_config(made, FILE).ascii
    assert made.index("ascii = true") < made.index("[keys]")
    assert made.replace("ascii = true\n", "").split() == MINE.split()


def test_a_file_of_sections_alone_gets_its_first_key() -> None:
    made = changed('[keys]\nopen = "o" # mine\n', "theme", "dark", FILE)
    assert made.startswith('theme = "dark"\n')
    assert made.endswith('[keys]\nopen = "o" # mine\n')


def test_line_ends_stay() -> None:
    text = MINE.replace("\n", "\r\n")
    assert changed(text, "theme", "dark", FILE) == text.replace('theme = "light"', 'theme = "dark"')


def test_the_same_value_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(MINE)
    before = file.stat()
    set_key(file, "theme", "light")
    assert file.stat().st_mtime_ns == before.st_mtime_ns and file.stat().st_ino == before.st_ino


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "odw-tui" / "config.toml"
    set_key(file, "theme", "dark")
    assert file.read_text() == 'theme = "dark"\n'
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link_and_the_mode_what_it_was(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(MINE)
    real.chmod(0o644)
    file = tmp_path / "config.toml"
    file.symlink_to(real)
    set_key(file, "ascii", True)
    assert file.is_symlink() and real.stat().st_mode & 0o777 == 0o644
    assert "ascii = true" in real.read_text()


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("theme = 3\n")
    with pytest.raises(ConfigError, match=r"config\.toml:1: 'theme' should be a valid string"):
        set_key(file, "theme", "dark")
    assert file.read_text() == "theme = 3\n"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "odw-tui").write_text("in the way")
    with pytest.raises(ConfigError, match=r"(cannot be written|cannot be read): Not a directory"):
        set_key(tmp_path / "odw-tui" / "config.toml", "theme", "dark")


KEYS = ("theme", "ascii", "silent_after_s", "places", "cache")
LINES = st.sampled_from(
    ["# note", "", "ascii = true", "theme = 'a' # b", "cache=false", 'places = ["a",\n "b"]', "silent_after_s = 3"]
)


@given(st.lists(LINES, unique=True), st.sampled_from(["", "[keys]\nopen = 'o'\n", "\n\n# last\n[keys]\n"]))
def test_whatever_stands_there_means_the_same_but_for_the_key(lines: list[str], end: str) -> None:
    text = "\n".join([*lines, end])
    made = changed(text, "theme", "dark", FILE)
    before, after = parse_config(text, FILE), parse_config(made, FILE)
    assert after.theme == "dark"
    assert all(getattr(before, key) == getattr(after, key) for key in KEYS if key != "theme")
    assert text.count("#") == made.count("#")
