"""A text of any length in front of a person who scrolls, searches and waits for more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from drivers.line_robot import MARKER, line_robot
from odw_core.files.line_index import FileLines
from odw_core.text.needle import Needle


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """100,000 lines; those divisible by 1,000 are errors."""
    path = tmp_path / "stderr"
    with path.open("w") as file:
        for number in range(1, 100_001):
            words = "ERROR it broke" if number % 1000 == 0 else "INFO all is well"
            file.write(f"2026-02-12T03:04:12Z \x1b[32m{words}\x1b[0m in step {number}\n")
    return path


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def exchange(path: Path, text: str) -> None:
    path.write_text(text)


def prune(path: Path) -> None:
    path.unlink()


class SlowToCount:
    """A file that tells its end at once, but whose lines get counted only when the test says so."""

    def __init__(self, path: Path) -> None:
        self._lines = FileLines(path)
        while self._lines.count_more():
            pass
        self.may_count = False
        self.is_counted = False
        self.title = self._lines.title
        self.generation = 0

    @property
    def line_count(self) -> int:
        return self._lines.line_count if self.is_counted else 0

    def count_more(self) -> bool:
        self.is_counted = self.is_counted or self.may_count
        return not self.is_counted

    def refresh(self) -> bool:
        return self._lines.refresh()

    def lines(self, start: int, stop: int) -> list[str]:
        return self._lines.lines(start, stop)

    def last_lines(self, count: int) -> list[str]:
        return self._lines.last_lines(count)

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        return self._lines.find(needle, start, forward)

    def close(self) -> None:
        self._lines.close()


async def test_the_end_is_shown_first(log: Path) -> None:
    async with line_robot(log) as robot:
        assert robot.numbers() == list(range(99_981, 100_001))
        assert robot.text()[-1] == "  100000  2026-02-12T03:04:12Z ERROR it broke in step 100000"
        assert robot.view.follows
        assert robot.view.line_count == 100_000


async def test_lines_get_their_numbers_without_moving(log: Path) -> None:
    source = SlowToCount(log)
    async with line_robot(source, settled=False) as robot:
        await robot.until(lambda: robot.text()[-1].endswith("step 100000"))
        assert robot.numbers() == []
        assert robot.view.line_count is None
        robot.view.action_up()
        robot.view.action_page_up()
        await robot.until(lambda: robot.text()[-1].endswith("step 99980"))
        scrolled = robot.text()
        source.may_count = True
        await robot.settle()
        assert robot.numbers()[-1] == 99_980
        assert [row[10:] for row in robot.text()] == [row[10:] for row in scrolled]


async def test_every_key_that_moves(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("g")
        assert robot.numbers()[0] == 1
        for key, first in [
            ("j", 2),
            ("down", 3),
            ("k", 2),
            ("up", 1),
            ("ctrl+d", 11),
            ("ctrl+u", 1),
            ("ctrl+f", 20),
            ("pagedown", 39),
            ("ctrl+b", 20),
            ("pageup", 1),
            ("k", 1),
            ("G", 99_981),
            ("j", 99_981),
            ("home", 1),
            ("end", 99_981),
        ]:
            await robot.press(key)
            assert robot.numbers()[0] == first, key


async def test_new_lines_are_followed_at_the_end(log: Path) -> None:
    async with line_robot(log) as robot:
        append(log, "one more\nand another\n")
        await robot.told_of_change()
        assert robot.text()[-2:] == ["  100001  one more", "  100002  and another"]


async def test_scrolling_up_stops_following_and_nothing_moves_any_more(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("k")
        assert not robot.view.follows
        before = robot.text()
        append(log, "one more\n" * 50)
        await robot.told_of_change()
        assert robot.text() == before
        assert robot.view.line_count == 100_050
        await robot.press("G")
        assert robot.view.follows
        assert robot.numbers()[-1] == 100_050


async def test_reaching_the_end_by_hand_follows_again(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("k", "k", "k")
        await robot.press("j", "j")
        assert not robot.view.follows
        await robot.press("j")
        assert robot.view.follows


async def test_a_flood_is_shown_in_few_frames(log: Path) -> None:
    async with line_robot(log) as robot:
        frames = robot.app.changes
        for number in range(200):
            append(log, f"flood {number}\n")
            robot.view.source_changed()
        await robot.settle()
        assert robot.text()[-1].endswith("flood 199")
        assert robot.app.changes - frames <= 20


async def test_an_unfinished_last_line_grows_in_place(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("first\nsec")
    async with line_robot(path) as robot:
        append(path, "ond\nthird")
        await robot.told_of_change()
        assert robot.text()[:3] == ["   1  first", "   2  second", "   3  third"]


async def test_an_empty_text_says_so_until_something_comes(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    async with line_robot(path, empty="Nothing was said on stderr.") as robot:
        assert robot.text()[0] == "Nothing was said on stderr."
        append(path, "hello\n")
        await robot.told_of_change()
        assert robot.text()[0] == "   1  hello"


async def test_a_truncated_file_starts_anew(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("k")
        exchange(log, "fresh\n")
        await robot.told_of_change()
        assert robot.text()[0] == "       1  fresh"
        assert robot.view.line_count == 1


async def test_search_goes_to_the_nearest_line_below_then_on_and_back(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("g")
        await robot.search("step 5000")
        assert robot.marked().endswith("step 5000")
        assert not robot.view.follows
        await robot.press("n")
        assert robot.marked().endswith("step 50000")
        await robot.press("N")
        assert robot.marked().endswith("step 5000")
        assert [message.is_wrapped for message in robot.app.searched] == [False, False, False]


async def test_search_at_the_end_finds_what_is_nearest_above(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.search("step 5000")
        assert robot.marked().endswith("step 50009")
        assert robot.app.searched[-1].is_wrapped


async def test_search_goes_on_from_the_other_end(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("g")
        await robot.search("step 99999")
        await robot.press("n")
        assert robot.marked().endswith("step 99999")
        assert robot.app.searched[-1].is_wrapped


async def test_a_search_in_vain_moves_nothing_and_says_so(log: Path) -> None:
    async with line_robot(log) as robot:
        before = robot.text()
        await robot.search("no such words")
        assert robot.text() == before
        assert robot.app.searched[-1].line is None
        assert not robot.view.is_searching


async def test_a_search_before_the_count_is_done_waits_for_it(log: Path) -> None:
    source = SlowToCount(log)
    async with line_robot(source, settled=False) as robot:
        await robot.until(lambda: robot.text()[-1].endswith("step 100000"))
        robot.view.search("step 777")
        assert robot.view.is_searching
        source.may_count = True
        await robot.settle()
        assert robot.marked().endswith("step 77799")


async def test_matches_are_marked_and_an_empty_search_unmarks_them() -> None:
    async with line_robot("one needle\ntwo") as robot:
        await robot.search("needle")
        assert "needle" in {segment.text for segment in robot.view.render_line(0)}
        await robot.search("")
        assert "needle" not in {segment.text for segment in robot.view.render_line(0)}


async def test_errors_are_found_one_after_another(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("E")
        assert robot.marked().endswith("step 100000")
        await robot.press("E")
        assert robot.marked().endswith("step 99000")
        await robot.press("e")
        assert robot.marked().endswith("step 100000")
        await robot.press("e")
        assert robot.marked().endswith("step 1000")
        assert robot.app.searched[-1].is_wrapped


async def test_a_found_line_in_view_moves_nothing(log: Path) -> None:
    async with line_robot(log) as robot:
        before = robot.numbers()
        await robot.press("E")
        assert robot.numbers() == before


async def test_a_text_without_errors_says_so() -> None:
    async with line_robot("all is well\n" * 5) as robot:
        await robot.press("e")
        assert robot.app.searched[-1].line is None


async def test_long_lines_are_cut_and_can_be_slid() -> None:
    async with line_robot("x" * 60 + "y" * 60 + "END\nshort", size=(60, 5)) as robot:
        assert robot.text()[0] == "   1  " + "x" * 52 + ">"
        await robot.press("l")
        assert robot.text()[0] == "   1 <" + "x" * 34 + "y" * 18 + ">"
        await robot.press("l", "l", "l", "l")
        assert robot.text()[0].endswith("yEND")
        await robot.press("h", "h", "h", "h")
        assert robot.text()[0] == "   1  " + "x" * 52 + ">"


async def test_long_lines_can_be_wrapped() -> None:
    async with line_robot("x" * 60 + "END\nshort", size=(40, 5)) as robot:
        await robot.press("w")
        assert robot.view.wraps
        assert robot.text()[:3] == ["   1  " + "x" * 33, "      " + "x" * 27 + "END", "   2  short"]
        await robot.press("w")
        assert robot.text()[1] == "   2  short"


async def test_wrapped_lines_scroll_row_by_row() -> None:
    text = "\n".join(str(number) * 50 for number in range(10))
    async with line_robot(text, size=(40, 5)) as robot:
        await robot.press("w")
        assert robot.text()[-1].strip() == "9" * 17
        await robot.press("k")
        assert robot.text()[-1].strip() == "10  " + "9" * 33
        await robot.press("g", "j")
        assert robot.text()[0].strip() == "0" * 17
        assert robot.text()[1].strip() == "2  " + "1" * 33
        await robot.press("G")
        assert robot.text()[-1].strip() == "9" * 17
        assert robot.view.follows


async def test_a_line_of_a_million_characters_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before\n" + "x" * 1_000_000 + "END\nafter\n")
    async with line_robot(path, size=(40, 5), follow=False) as robot:
        assert robot.text()[1] == "   2  " + "x" * 32 + ">"
        await robot.press("w", "G")
        assert robot.text()[-1] == "   3  after"
        assert robot.text()[-2].endswith("END")
        await robot.press("k", "k", "g", "pagedown")
        assert robot.text()[0].strip() == "x" * 33


async def test_resizing_keeps_the_text_at_the_top(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("g", "pagedown")
        await robot.resize(60, 10)
        assert robot.numbers() == list(range(20, 30))
        await robot.resize(120, 40)
        assert robot.numbers() == list(range(20, 60))


async def test_resizing_a_wrapped_text_keeps_the_words_at_the_top() -> None:
    line = "".join(f"{number:04}" for number in range(500))
    async with line_robot(line, size=(80, 5), follow=False) as robot:
        await robot.press("w", "j", "j", "j")
        word = robot.text()[0].strip()[:20]
        await robot.resize(60, 5)
        assert word in "".join(row.strip() for row in robot.text()[:2])


async def test_resizing_at_the_end_stays_at_the_end(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.resize(60, 30)
        assert robot.numbers() == list(range(99_971, 100_001))


async def test_foreign_text_is_shown_as_it_is() -> None:
    hostile = "[bold red]markup[/]\n\x1b[2Jclear\x1b]0;title\x07\nsafe\u202egnp.exe\n\x1b[31mred\x1b[0m"
    async with line_robot(hostile) as robot:
        assert robot.text()[:4] == [
            "   1  [bold red]markup[/]",
            "   2  ␛[2Jclear␛]0;title␇",
            "   3  safe<202e>gnp.exe",
            "   4  red",
        ]


async def test_wide_characters_never_break_the_edge() -> None:
    text = "漢字" * 60 + "\n" + "x" + "漢字" * 60 + "\ne" + "\u0301" * 5000
    async with line_robot(text, size=(60, 12), follow=False) as robot:
        for keys in ([], ["l"], ["h", "w"], ["j"], ["#"]):
            await robot.press(*keys)
            for y in range(12):
                strip = robot.view.render_line(y)
                assert cell_len(strip.text) == strip.cell_length == 60


async def test_numbers_can_be_hidden(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.press("#")
        assert robot.text()[-1] == "  2026-02-12T03:04:12Z ERROR it broke in step 100000"
        await robot.press("#")
        assert robot.numbers()[-1] == 100_000


async def test_sixty_columns_are_enough(log: Path) -> None:
    async with line_robot(log, size=(60, 16)) as robot:
        assert robot.text()[-1] == "  100000  2026-02-12T03:04:12Z ERROR it broke in step 1000>"
        assert all(cell_len(row) <= 60 for row in robot.screen())


async def test_a_text_can_be_opened_at_its_beginning(log: Path) -> None:
    async with line_robot(log, follow=False) as robot:
        assert robot.numbers() == list(range(1, 21))
        assert not robot.view.follows


async def test_the_wheel_and_the_scroll_bar(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.pilot.mouse_down(robot.view, offset=(79, 0))
        await robot.settle()
        assert robot.numbers()[0] == 1
        await robot.pilot.hover(robot.view, offset=(79, 19))
        await robot.pilot.mouse_up(robot.view, offset=(79, 19))
        await robot.settle()
        assert robot.numbers()[-1] == 100_000
        assert robot.view.follows


async def test_a_click_puts_the_cursor_on_a_line(log: Path) -> None:
    async with line_robot(log) as robot:
        await robot.pilot.click(robot.view, offset=(20, 18))
        await robot.settle()
        assert robot.text()[18].startswith(MARKER)
        assert robot.view.current_line == 99_998
        assert robot.view.follows


async def test_a_text_that_fits_has_no_scroll_bar() -> None:
    async with line_robot("one\ntwo\n") as robot:
        assert robot.screen()[:3] == ["   1  one", "   2  two", ""]
        await robot.press("j", "k", "pagedown", "G", "g")
        assert robot.screen()[:3] == ["   1  one", "   2  two", ""]


async def test_a_file_pruned_while_it_is_shown_stays_on_the_screen(log: Path) -> None:
    async with line_robot(log) as robot:
        before = robot.text()
        prune(log)
        await robot.told_of_change()
        assert robot.text() == before
        await robot.press("g")
        assert robot.numbers()[0] == 1


async def test_a_line_of_a_large_text_is_gone_to_once_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "large.log"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(400_000)))
    async with line_robot(path, settled=False) as robot:
        robot.view.go_to(300_000)
        await robot.settle()
        assert robot.marked() == "300001  line 300000"
        robot.view.put_on_top(10)
        assert robot.view.top_line == 10 and not robot.view.follows
