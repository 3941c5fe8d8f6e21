"""The footer's hints: as many as fit, and the ways out before all others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odw_tui.actions import DIFF, actions_in
from odw_tui.keymap import Keymap
from odw_tui.present.hints import hints
from odw_tui.present.spans import width_of

KEYMAP = Keymap()
OFFERED = actions_in(DIFF)


def said(width: int, *lacking: str) -> str:
    offered = [one for one in OFFERED if one.id not in lacking]
    return "".join(span.text for span in hints(offered, KEYMAP, DIFF, width, ascii_only=False))


def test_the_ways_out_keep_their_space_where_not_everything_fits() -> None:
    assert said(80).endswith("   esc back   ? help")
    assert said(80).startswith("n next hunk   ] next file")
    assert said(1000).index("esc back") < said(1000).index("ctrl+p palette")


def test_they_go_last_and_one_at_a_time() -> None:
    assert (said(20), said(18), said(8), said(7)) == ("esc back   ? help", "esc back   ? help", "esc back", "")


def test_where_there_is_no_way_out_everything_else_has_the_space() -> None:
    assert said(30, "back", "help") == "n next hunk   ] next file"


@given(st.integers(0, 300))
def test_they_never_are_too_wide_and_more_space_never_shows_less(width: int) -> None:
    shown = hints(OFFERED, KEYMAP, DIFF, width, ascii_only=True)
    assert width_of(shown) <= width
    assert len(shown) <= len(hints(OFFERED, KEYMAP, DIFF, width + 1, ascii_only=True))
