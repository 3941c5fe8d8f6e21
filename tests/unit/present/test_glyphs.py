"""Every state and mark has a sign of one cell and an ASCII twin."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from odw_core.model.detail import Mark
from odw_core.model.item import State
from odw_tui.present.glyphs import ASCII, UNICODE, Glyphs, glyphs


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_every_state_and_mark_has_a_sign_of_one_cell(signs: Glyphs) -> None:
    assert set(signs.states) == set(State)
    assert set(signs.marks) == {mark.value for mark in Mark}
    others = (signs.cursor, signs.ellipsis, signs.crumb, signs.absent, signs.thumb, signs.dot)
    for sign in (*signs.states.values(), *signs.marks.values(), *others, signs.caret):
        assert cell_len(sign) == 1


def test_the_twins_are_ascii() -> None:
    assert all(sign.isascii() for sign in (*ASCII.states.values(), *ASCII.marks.values()))
    assert glyphs(ascii_only=True) is ASCII
    assert glyphs(ascii_only=False) is UNICODE


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_no_two_states_share_a_sign(signs: Glyphs) -> None:
    assert len(set(signs.states.values())) == len(State)
