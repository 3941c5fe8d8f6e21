"""The room: what it shows first, how one moves in it, and how it keeps up with what happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from drivers.room_driver import open_room
from odw_core.model.address import Address
from odw_core.model.detail import Mark
from odw_core.model.item import State
from odw_core.model.problem import Problem
from odw_tui.panes.room_list import RoomProvider
from odw_tui.present.spans import Spans

IN_ORDER = [
    "fix rounding in invoices",
    "add owner review queue",
    "rename the price table",
    "plan the mobile release",
    "decision digest",
    "explore flaky test",
    "remote product loop",
    "release note",
    "add owner handoff packet",
    "tidy the changelog",
]


def the(title: str) -> Address:
    return Address("odw", title.replace(" ", "-"))


async def test_what_waits_comes_first_and_the_newest_start_leads_each_group() -> None:
    async with open_room() as room:
        assert room.row_texts == IN_ORDER


async def test_every_state_is_counted_on_top() -> None:
    async with open_room() as room:
        for words in ("◆ 2 waiting", "■ 1 blocked", "✗ 2 failed", "▸ 2 running", "~ 1 stale", "✓ 2 done"):
            assert words in room.rows[0]


async def test_counts_of_a_first_page_are_those_of_the_whole_room() -> None:
    first = replace(samples.room(), counts={State.DONE: 4871, State.WAITING: 3}, complete=False)
    async with open_room(first) as room:
        assert "✓ 4,871 done" in room.rows[0]


async def test_a_session_of_a_run_is_no_row() -> None:
    session = samples.session_item("its-own-session")
    async with open_room(samples.snapshot([*samples.room_items(), session])) as room:
        assert room.row_texts == IN_ORDER


async def test_a_session_that_waits_alone_is_a_row() -> None:
    session = samples.session_item("asks-alone", the("remote product loop"), state=State.WAITING)
    async with open_room(samples.snapshot([*samples.room_items(), session])) as room:
        assert "asks alone" in room.row_texts[:3]


async def test_a_failed_row_has_its_cause_below_it() -> None:
    async with open_room() as room:
        lines = room.list_rows
        row = next(place for place, line in enumerate(lines) if "plan the mobile release" in line)
        assert "Permission denied (os error 13)" in lines[row + 1]


async def test_the_cursor_walks_over_rows_and_passes_headings_and_causes() -> None:
    async with open_room() as room:
        walked = [room.cursor]
        for _ in IN_ORDER[1:]:
            await room.press("j")
            walked.append(room.cursor)
        assert walked == IN_ORDER
        await room.press("j", "down")
        assert room.cursor == IN_ORDER[-1]
        await room.press("k")
        assert room.cursor == IN_ORDER[-2]


async def test_keys_lead_to_the_ends_and_to_the_next_group() -> None:
    async with open_room() as room:
        await room.press("G")
        assert room.cursor == IN_ORDER[-1]
        await room.press("g")
        assert room.cursor == IN_ORDER[0]
        await room.press("l")
        assert room.cursor == "rename the price table"
        await room.press("l")
        assert room.cursor == "plan the mobile release"
        await room.press("h")
        assert room.cursor == "rename the price table"


async def test_brackets_lead_to_what_waits_and_go_round() -> None:
    async with open_room() as room:
        await room.press("G", "]")
        assert room.cursor == IN_ORDER[0]
        await room.press("]")
        assert room.cursor == IN_ORDER[1]
        await room.press("]")
        assert room.cursor == IN_ORDER[0]
        await room.press("[")
        assert room.cursor == IN_ORDER[1]


async def test_half_a_page_moves_half_a_page() -> None:
    async with open_room(samples.snapshot(samples.many_items(200))) as room:
        await room.press("ctrl+d", "ctrl+d", "ctrl+d")
        there = room.cursor
        assert there is not None and there.startswith("done run")
        await room.press("ctrl+u", "ctrl+u", "ctrl+u")
        assert room.cursor == IN_ORDER[0]


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        await room.click("add owner handoff packet")
        assert room.cursor == "add owner handoff packet"
        await room.click("add owner handoff packet")
        assert room.app.screen is not room.room


async def test_the_wheel_scrolls_and_leaves_the_cursor_alone() -> None:
    async with open_room(samples.snapshot(samples.many_items(200))) as room:
        first = room.row_texts
        await room.wheel_down()
        assert room.row_texts != first
        assert room.cursor == IN_ORDER[0]


async def test_the_cursor_stays_with_its_row_when_the_row_moves_to_another_group() -> None:
    async with open_room() as room:
        await room.press("G", "k", "k", "k")
        assert room.cursor == "remote product loop"
        loop = room.service.snapshot().items[the("remote product loop")]
        await room.put(replace(loop, state=State.WAITING, raw_state="needs input"))
        assert room.cursor == "remote product loop"
        assert room.row_texts.index("remote product loop") < 3


async def test_the_cursor_goes_to_the_neighbour_when_its_row_goes_away() -> None:
    async with open_room() as room:
        await room.press("j")
        room.service.remove(the("add owner review queue"))
        await room.idle()
        assert room.cursor == "rename the price table"


async def test_a_scrolled_list_keeps_the_row_where_it_is_when_others_come() -> None:
    async with open_room(samples.snapshot(samples.many_items(200))) as room:
        for _ in range(4):
            await room.press("ctrl+d")
        line, cursor = room.cursor_line, room.cursor
        await room.put(samples.item("brand-new", State.WAITING, age_s=1), samples.item("also-new", age_s=1))
        assert (room.cursor_line, room.cursor) == (line, cursor)


async def test_news_about_a_row_moves_no_row() -> None:
    async with open_room() as room:
        loop = room.service.snapshot().items[the("remote product loop")]
        await room.put(replace(loop, stage="review, round 3/4", changed_at=samples.NOW))
        assert room.row_texts == IN_ORDER
        assert "review, round 3/4" in room.line("remote product loop")


async def test_the_passing_of_time_moves_no_row() -> None:
    async with open_room() as room:
        await room.a_while_later(4000)
        assert room.row_texts == IN_ORDER


async def test_ages_follow_the_clock() -> None:
    async with open_room() as room:
        assert room.line("explore flaky test").rstrip().endswith("40s")
        await room.a_while_later(5)
        assert room.line("explore flaky test").rstrip().endswith("45s")


async def test_only_the_rows_whose_age_changed_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    whole = RoomProvider.line

    def spy(self: RoomProvider, index: int, width: int, *, has_cursor: bool) -> Spans:
        made.append(index)
        return whole(self, index, width, has_cursor=has_cursor)

    monkeypatch.setattr(RoomProvider, "line", spy)
    async with open_room() as room:
        made.clear()
        await room.a_while_later(1)
        assert len(made) == 1


async def test_the_preview_says_why_first() -> None:
    async with open_room() as room:
        lines = room.preview.split("\n")
        assert lines[1].strip().startswith("fix rounding in invoices")
        assert lines[2].strip().startswith("why    waits for you: the owner must decide")


async def test_the_preview_tells_the_open_question_and_who_can_answer_it() -> None:
    async with open_room() as room:
        await room.press("j")
        assert "Which queue keeps closed items?" in room.preview
        assert "1  7 days" in room.preview
        assert "2  30 days" in room.preview
        assert "pandacode answer in the workspace, by whoever started the run" in room.preview
        assert "not from here: the run was started outside this room" in room.preview


async def test_what_a_session_asks_stands_at_its_run() -> None:
    session = samples.session_item("core-1", the("remote product loop"), state=State.RUNNING)
    asked = samples.question(session.address, title="May I use the network?")
    snapshot = samples.snapshot([*samples.room_items(), session], [asked])
    async with open_room(snapshot) as room:
        await room.press("G", "k", "k", "k")
        assert room.cursor == "remote product loop"
        assert "May I use the network?" in room.preview


async def test_the_preview_grows_a_small_timeline_once_the_run_was_read() -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        await room.press("G", "k")
        assert room.cursor == done.title
        assert "round 1" in room.preview
        assert "✗ 3 blockers" in room.preview
        assert "✓ 5 of 5" in room.preview


async def test_the_timeline_of_the_preview_follows_the_run() -> None:
    done = samples.room_items()[8]
    detail = samples.run_detail(done)
    async with open_room(details=[detail]) as room:
        await room.press("G", "k")
        last = replace(detail.columns[-1], mark=Mark.FAILED, note="2 files changed")
        room.service.tell(replace(detail, columns=(*detail.columns[:-1], last)))
        await room.idle()
        assert "✗ 2 files changed" in room.preview


async def test_only_the_row_that_was_reached_is_read_not_those_passed_on_the_way() -> None:
    async with open_room(samples.snapshot(samples.many_items(200))) as room:
        room.service.asked.clear()
        await room.press_at_once(*"jjjjjjjj")
        assert room.service.asked[-1] == room.listing.cursor
        assert len(room.service.asked) < 8


async def test_what_is_in_view_is_read_first() -> None:
    async with open_room(samples.snapshot(samples.many_items(200))) as room:
        await room.press("G")
        assert room.listing.cursor in room.service.attended


async def test_the_first_line_of_the_cause_stands_below_the_why() -> None:
    async with open_room() as room:
        await room.press("l", "l")
        assert "cause  cannot write ~/.codex/sessions: Permission denied" in room.preview


async def test_a_long_preview_can_be_moved() -> None:
    async with open_room(size=(80, 24)) as room:
        await room.press("j")
        assert "not from here" not in room.preview
        for _ in range(6):
            await room.press("J")
        assert "not from here" in room.preview
        for _ in range(6):
            await room.press("K")
        assert room.preview.split("\n")[1].strip().startswith("add owner review queue")


async def test_zoom_gives_the_preview_all_the_space_and_gives_it_back() -> None:
    async with open_room() as room:
        await room.press("z")
        assert not room.listing.display
        await room.press("z")
        assert room.row_texts == IN_ORDER


async def test_enter_opens_the_run_and_escape_leads_back_to_the_same_row() -> None:
    done = samples.room_items()[8]
    async with open_room(details=[samples.run_detail(done)]) as room:
        await room.press("G", "k", "enter")
        assert room.shows("timeline")
        assert room.shows("correctness")
        await room.press("escape")
        assert room.app.screen is room.room
        assert room.cursor == done.title


async def test_the_room_keeps_up_while_something_else_is_open() -> None:
    async with open_room() as room:
        await room.press("?")
        loop = room.service.snapshot().items[the("remote product loop")]
        await room.put(replace(loop, state=State.DONE, ended_at=samples.NOW))
        await room.press("escape")
        assert room.row_texts.index("remote product loop") == len(IN_ORDER) - 3
        assert "▸ 1 running" in room.rows[0]


async def test_a_flash_stays_until_the_next_key() -> None:
    async with open_room() as room:
        await room.press("escape")
        assert room.footer == "This is the first screen; q leaves."
        await room.put(samples.item("brand-new", age_s=1))
        assert room.footer == "This is the first screen; q leaves."
        await room.press("j")
        assert room.footer.startswith("enter open")


async def test_sorting_goes_round_the_orders_and_says_so() -> None:
    async with open_room() as room:
        await room.press("s")
        assert room.footer == "Each group is sorted by title."
        assert room.row_texts[:2] == ["add owner review queue", "fix rounding in invoices"]
        assert room.cursor == "fix rounding in invoices"
        await room.press("s", "s")
        assert room.row_texts == IN_ORDER


async def test_problems_are_counted_on_top_and_listed_with_a_key() -> None:
    problem = Problem("/home/ada/work/shop/.odw/runs/x/events.jsonl", 120, "line 3 is no JSON")
    async with open_room(replace(samples.room(), problems=(problem,))) as room:
        assert "1 unreadable, ! lists them" in room.rows[1]
        await room.press("!")
        assert room.shows("events.jsonl  from byte 120")
        assert room.shows("line 3 is no JSON")
        await room.press("escape")
        assert room.app.screen is room.room


async def test_an_address_can_be_copied() -> None:
    async with open_room() as room:
        await room.press("y")
        assert room.app.clipboard == "odw:fix-rounding-in-invoices"
        assert room.footer == "Copied odw:fix-rounding-in-invoices."


async def test_q_leaves() -> None:
    async with open_room() as room:
        await room.pilot.press("q")
        await room.pilot.pause()
        assert room.app._exit
