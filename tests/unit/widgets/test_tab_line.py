"""The line of tabs: whole names, then short ones, then keys from the right; what is open and what waits keep theirs."""

from __future__ import annotations

from odw_tui.present.run_tabs import Tab, short_name
from odw_tui.present.spans import Span
from odw_tui.widgets.tab_line import TabItem, laid

ITEMS = tuple(TabItem(tab.value, str(at % 10), tab.value, short=short_name(tab)) for at, tab in enumerate(Tab))


def line(width: int, opened: Tab = Tab.TIMELINE, waiting: Tab | None = None) -> str:
    items = [one._replace(note=Span("2", "waiting")) if one.id == waiting else one for one in ITEMS]
    gap, tabs = laid(items, opened.value, width)
    return (" " * gap).join("".join(span.text for span in words) for words in tabs)


def test_all_names_are_whole_where_they_fit() -> None:
    assert line(200) == "   ".join(f"{one.key} {one.name}" for one in ITEMS)


def test_names_are_short_before_any_is_left_out() -> None:
    assert line(124) == (
        "0 talk  1 batch  2 timeline  3 states  4 plans  5 contr  6 block  7 diff  8 out  9 files  0 log  1 sess"
        "  2 asks  3 notes"
    )


def test_the_last_names_go_first_but_never_what_is_open_or_waits() -> None:
    assert line(80) == "0 talk  1 batch  2 timeline  3 states  4 plans  5 contr  6  7  8  9  0  1  2  3"
    assert line(80, Tab.NOTES, Tab.QUESTIONS).endswith("  1  2 asks 2  3 notes")


def test_it_always_fits_where_keys_alone_do() -> None:
    for width in range(49, 160):
        assert len(line(width)) <= width
