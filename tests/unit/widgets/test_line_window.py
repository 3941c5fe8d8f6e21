"""Which rows are in view, whatever is pressed and whatever happens to the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from odw_core.files.text_lines import TextLines
from odw_core.text.needle import Needle
from odw_tui.widgets.line_hunt import hunt
from odw_tui.widgets.line_window import LineWindow, Row


class FakeText:
    """A text that grows, is exchanged and gets counted when the test says so."""

    title = "fake"

    def __init__(self, lines: list[str], slices: int = 0) -> None:
        self.written = list(lines)
        self._known = list(lines)
        self._slices = slices
        self.generation = 0
        self._written_generation = 0

    def exchange(self, lines: list[str]) -> None:
        self.written = list(lines)
        self._written_generation += 1

    @property
    def is_counted(self) -> bool:
        return self._slices <= 0

    @property
    def line_count(self) -> int:
        return len(self._known) if self.is_counted else min(3, len(self._known))

    def count_more(self) -> bool:
        self._slices -= 1
        return self._slices > 0

    def refresh(self) -> bool:
        changed = (self.written, self._written_generation) != (self._known, self.generation)
        self._known, self.generation = list(self.written), self._written_generation
        return changed

    def lines(self, start: int, stop: int) -> list[str]:
        return self._known[start : min(stop, self.line_count)]

    def last_lines(self, count: int) -> list[str]:
        return self._known[max(0, len(self._known) - count) :]

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        return TextLines("\n".join(self._known) + "\n", "").find(needle, start, forward)

    def close(self) -> None:
        return None


def numbered(count: int, first: int = 0) -> list[str]:
    return [f"{number:05}" * (number % 4) for number in range(first, first + count)]


def window_on(text: FakeText, *, follows: bool = True, height: int = 10, wraps: bool = False) -> LineWindow:
    window = LineWindow(text, follows=follows)
    window.wraps = wraps
    window.resize(8, height)
    return window


def texts(window: LineWindow) -> list[str]:
    """The rows in view as a person reads them."""
    found = []
    for row in window.rows():
        text = window.shown(row.line)[0]
        starts = [*window.starts(row.line), len(text)] if window.wraps else [0, len(text)]
        found.append(text[starts[row.part] : starts[row.part + 1]])
    return found


def count_all(window: LineWindow) -> None:
    while not window.is_complete:
        window.count()


MOVES = ["up", "down", "page up", "page down", "first", "last", "line", "share"]
SHAPES = ["wrap", "narrow", "wide", "low", "high"]
NEWS = ["grow", "grow much", "exchange", "count", "look"]
ACTS = st.lists(st.sampled_from([*MOVES, *SHAPES, *NEWS]))


@given(ACTS, st.integers(0, 60), st.integers(0, 4), st.booleans())
def test_whatever_is_pressed_the_view_shows_rows_of_the_text(
    acts: list[str], count: int, slices: int, follows: bool
) -> None:
    text = FakeText(numbered(count), slices)
    window = window_on(text, follows=follows)
    for act in acts:
        perform(act, window, text)
        check(window)
    count_all(window)
    window.refresh()
    count_all(window)
    check(window)
    assert window.end == len(text.written)
    if window.follows:
        assert texts(window) == all_rows(window)[-window.height :]


def perform(act: str, window: LineWindow, text: FakeText) -> None:
    doing: dict[str, Callable[[], object]] = {
        "up": lambda: window.scroll(-1),
        "down": lambda: window.scroll(1),
        "page up": lambda: window.scroll(-9),
        "page down": lambda: window.scroll(9),
        "first": window.to_first,
        "last": window.to_last,
        "line": lambda: window.to_line((window.first + window.end) // 2),
        "share": lambda: window.to_share(0.3),
        "wrap": lambda: window.wrap(not window.wraps),
        "narrow": lambda: window.resize(4, window.height),
        "wide": lambda: window.resize(30, window.height),
        "low": lambda: window.resize(window.width, 2),
        "high": lambda: window.resize(window.width, 25),
        "grow": lambda: text.written.append("one more"),
        "grow much": lambda: text.written.extend(numbered(40, 900)),
        "exchange": lambda: text.exchange(numbered(5, 500)),
        "count": window.count,
        "look": window.refresh,
    }
    doing[act]()


def check(window: LineWindow) -> None:
    rows = window.rows()
    assert len(rows) <= window.height
    assert all(window.first <= row.line < window.end for row in rows)
    assert rows == sorted(set(rows))
    for row, following in pairwise(rows):
        is_last_part = not window.wraps or row.part == len(window.starts(row.line)) - 1
        assert following == (Row(row.line + 1, 0) if is_last_part else Row(row.line, row.part + 1))
    if rows and len(rows) < window.height:
        assert rows[0] == (window.first, 0), "nothing is left blank while there is text above"
    if window.follows and rows:
        assert rows[-1].line == window.end - 1
    assert 0 <= window.share <= 1


def all_rows(window: LineWindow) -> list[str]:
    height, top, follows = window.height, window.top, window.follows
    window.height, window.top = 10_000, Row(0, 0)
    rows = texts(window)
    window.height, window.top, window.follows = height, top, follows
    return rows


@given(st.integers(1, 80), st.lists(st.integers(-12, 12), max_size=8), st.booleans())
def test_getting_numbers_moves_nothing(count: int, scrolls: list[int], wraps: bool) -> None:
    text = FakeText(numbered(count), slices=3)
    window = window_on(text, wraps=wraps)
    for rows in scrolls:
        window.scroll(rows)
    before = texts(window)
    count_all(window)
    assert window.is_numbered
    assert texts(window) == before
    if window.rows():
        line, _ = window.rows()[0]
        assert text.written[line].startswith(before[0]) or wraps


@given(st.integers(20, 60), st.integers(-15, -1), st.integers(0, 3), st.booleans())
def test_growth_moves_nothing_for_somebody_who_reads_further_up(
    count: int, rows: int, slices: int, wraps: bool
) -> None:
    text = FakeText(numbered(count), slices)
    window = window_on(text, wraps=wraps, height=5)
    window.scroll(rows)
    before = texts(window)
    text.written.extend(numbered(30, 100))
    window.refresh()
    assert texts(window) == before
    count_all(window)
    assert texts(window) == before
    assert window.end == count + 30


def test_growth_is_followed_at_the_end() -> None:
    text = FakeText(numbered(50))
    window = window_on(text)
    text.written.append("the newest")
    assert window.refresh()
    assert texts(window)[-1] == "the newest"
    assert not window.refresh()


def test_the_tail_goes_back_as_far_as_somebody_scrolls() -> None:
    text = FakeText([str(number) for number in range(1000)], slices=2)
    window = window_on(text)
    window.scroll(-500)
    assert texts(window)[-1] == "499"
    window.scroll(-2000)
    assert texts(window)[0] == "0"


def test_only_as_much_of_a_long_line_is_cleaned_as_is_looked_at() -> None:
    text = FakeText(["\x1b[31mred\x1b[0m " * 100_000])
    window = window_on(text)
    shown, is_cut = window.shown(0, 50)
    assert is_cut
    assert 50 <= len(shown) < 2000
    assert shown == ("red " * 100_000)[: len(shown)]
    whole, is_cut = window.shown(0)
    assert not is_cut
    assert whole == "red " * 100_000


def test_a_line_with_line_ends_of_its_own_stays_one_line() -> None:
    window = window_on(FakeText(["two\nlines"]))
    assert texts(window) == ["two␊lines"]


def found(window: LineWindow, wanted: str, *, forward: bool = True, is_new: bool = False) -> tuple[int | None, bool]:
    outcomes = [outcome for outcome in hunt(window, Needle.literal(wanted), forward=forward, is_new=is_new) if outcome]
    assert len(outcomes) == 1
    return outcomes[0]


def test_a_new_hunt_takes_what_is_in_view_then_below_then_above() -> None:
    window = window_on(FakeText(["hit", *["-"] * 20, "hit", *["-"] * 20]), follows=False, height=5)
    assert found(window, "hit", is_new=True) == (0, False)
    window.scroll(1)
    assert found(window, "hit", is_new=True) == (21, False)
    window.to_last()
    assert found(window, "hit", is_new=True) == (21, True)
    assert found(window, "missing", is_new=True) == (None, False)


def test_going_on_goes_all_around() -> None:
    window = window_on(FakeText(["-", "hit", "-", "hit", "-"]), follows=False)
    window.to_line(1)
    assert found(window, "hit") == (3, False)
    window.to_line(3)
    assert found(window, "hit") == (1, True)
    assert found(window, "hit", forward=False) == (1, False)
    window.to_line(1)
    assert found(window, "hit", forward=False) == (3, True)


def test_going_on_starts_at_the_view_when_the_cursor_was_left_behind() -> None:
    window = window_on(FakeText(["hit", *["-"] * 20, "hit", *["-"] * 20, "hit"]), follows=False, height=5)
    window.to_line(0)
    window.scroll(30)
    assert found(window, "hit") == (42, False)
    assert found(window, "hit", forward=False) == (21, False)


def test_a_hunt_in_a_text_that_is_exchanged_ends_without_an_outcome() -> None:
    text = FakeText([*["-"] * 10, "hit"])
    window = window_on(text, height=3)
    steps = hunt(window, Needle.literal("hit"), forward=False)
    window.scroll(-5)
    next(steps, None)
    text.exchange(["hit", "hit"])
    window.refresh()
    assert list(steps) == []
