"""Paths within a sentence: as short as the line needs, and no shorter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_tui.present.places import with_home, with_short_paths

SAID = "/home/ada/work/shop/config.toml:1: not valid TOML"


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (80, SAID),
        (len(SAID), SAID),
        (48, "…/ada/work/shop/config.toml:1: not valid TOML"),
        (40, "…/shop/config.toml:1: not valid TOML"),
        (10, "…/config.toml:1: not valid TOML"),
    ],
)
def test_a_path_gives_way_to_what_is_said_of_it(width: int, said: str) -> None:
    assert with_short_paths(SAID, width, "…") == said


def test_the_longest_path_gives_way_first() -> None:
    said = "/a/long/folder/of/mine/one.py differs from /b/two.py."
    assert with_short_paths(said, 36, "...") == ".../one.py differs from /b/two.py."


def test_what_has_no_folder_to_leave_out_stays() -> None:
    assert (
        with_short_paths("/tmp and/or 3/4 of https://example.org/a", 5, "…")
        == "/tmp and/or 3/4 of https://example.org/a"
    )


def test_the_home_directory_is_a_tilde_anywhere() -> None:
    assert with_home("/home/ada/x and /home/ada/y", "/home/ada/") == "~/x and ~/y"
    assert with_home("/home/ada/x", "") == "/home/ada/x"


@given(st.text(), st.integers(0, 100))
def test_no_sentence_gets_longer(said: str, width: int) -> None:
    assert len(with_short_paths(said, width, "…")) <= len(said)
