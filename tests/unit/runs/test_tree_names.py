"""Worktrees have folders of their own, whatever a task is called."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_core.runs.trees import folder_of


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_folder_is_one_plain_name_and_of_one_key(one: str, other: str) -> None:
    name = folder_of(one)
    assert name not in ("", ".", "..")
    assert not set(name) & set("/\\\0\n")
    assert len(name) <= 100
    assert (folder_of(other) == name) == (one == other)


def test_plain_keys_are_their_folders() -> None:
    assert folder_of("core-repair-1") == "core-repair-1"
    assert folder_of("../x") not in ("../x", "x")
