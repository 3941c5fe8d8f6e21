"""The conversation of a session on the screen: what was said and done, read with the keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drivers import samples
from drivers.memory_service import MemoryService
from drivers.recorded_session import recorded
from drivers.run_driver import RunDriver, StillClock, opened
from drivers.talk import SESSION, TALK, said, talking
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.conversation import EntryKind
from odw_core.model.item import Claim, State, Tokens
from odw_tui.app import OdwApp
from odw_tui.screens.file import FileScreen
from odw_tui.screens.opening import screen_for
from odw_tui.screens.run import RunScreen
from odw_tui.screens.session import SessionScreen

RUN = samples.run_detail()


async def test_a_session_with_a_transcript_opens_at_its_conversation_and_its_last_words() -> None:
    async with talking() as run:
        assert run.tab == "conversation"
        assert run.shows("9 entries")
        assert "▌" in run.row("agent    It works now.")
        assert run.shows("Every test passes.")
        await run.press("5")
        assert run.tab == "output"
        await run.press("1")
        assert run.tab == "conversation"


async def test_keys_go_from_one_trouble_to_the_next_and_to_the_prompt_that_led_there() -> None:
    async with talking() as run:
        await run.press("[")
        assert "▌" in run.row("asks     Which queue?") and run.shows("  - one")
        await run.press("[")
        assert "▌" in run.row("ran      npm test") and run.shows("boom: an error")
        await run.press("[")
        assert "Nothing above failed" in run.footer
        await run.press("p")
        assert "▌" in run.row("you      make it work")
        await run.press("]", "]", "]")
        assert "Nothing below failed" in run.footer


async def test_enter_gives_the_text_the_whole_space_and_escape_the_list_its_place() -> None:
    async with talking() as run:
        await run.press("[", "[", "enter")
        assert not run.shows("make it work") and run.shows("boom: an error")
        await run.press("/")
        await run.type("last")
        await run.press("enter")
        assert "▌" in run.row("last")
        await run.press("escape")
        assert run.shows("make it work")
        await run.press("z", "z")
        assert run.shows("make it work")
        await run.press("escape")
        assert not run.is_open


async def test_the_text_below_the_list_is_searched_from_the_list() -> None:
    async with talking() as run:
        await run.press("[", "[", "/")
        await run.type("boom")
        await run.press("enter")
        assert "▌" in run.row("boom: an error")
        await run.press("/")
        await run.type("nowhere")
        await run.press("enter")
        assert "No line has nowhere" in run.footer


async def test_y_copies_the_command_of_a_command_and_the_text_of_anything_else() -> None:
    async with talking() as run:
        await run.press("y")
        assert run.pilot.app.clipboard == "It works now.\nEvery test passes."
        await run.press("[", "[", "y")
        assert run.pilot.app.clipboard == "npm test"


async def test_the_text_of_an_entry_can_have_the_screen_to_itself() -> None:
    async with talking() as run:
        await run.press("[", "[", "o")
        assert isinstance(run.pilot.app.screen, FileScreen) and run.shows("boom: an error")


async def test_what_is_new_is_followed_at_the_end_and_nowhere_else() -> None:
    live = replace(SESSION, item=replace(SESSION.item, state=State.RUNNING, ended_at=None))
    async with talking(TALK[:3], live) as run:
        talk = run.service.conversations[live.item.address]
        assert "▌" in run.row("npm test")
        talk.told.append(said(EntryKind.COMMAND, "npm ci", "done", exit_code=0))
        await run.tell(replace(live, commands=4))
        assert "▌" in run.row("npm ci")
        await run.press("k", "k")
        talk.told.append(said(EntryKind.AGENT, "It goes on.", "It goes on."))
        await run.tell(replace(live, commands=5))
        assert run.shows("It goes on.") and "▌" in run.row("make it work")
        await run.press("G")
        assert "▌" in run.row("It goes on.")


async def test_a_command_that_ends_shows_what_came_of_it() -> None:
    live = replace(SESSION, item=replace(SESSION.item, state=State.RUNNING, ended_at=None))
    begun = said(EntryKind.COMMAND, "npm ci", "npm ci", is_pending=True)
    async with talking((*TALK[:2], begun), live) as run:
        assert "▸" in run.row("npm ci")
        run.service.conversations[live.item.address].told[-1] = (
            replace(begun[0], is_pending=False, exit_code=2, line_count=1),
            "it broke",
        )
        await run.tell(replace(live, commands=4))
        assert "exit 2" in run.row("ran      npm ci") and run.shows("it broke")


async def test_a_long_conversation_is_there_at_once_and_read_to_its_end_meanwhile() -> None:
    told = tuple(said(EntryKind.AGENT, f"word {number}", f"word {number}") for number in range(5_000))
    async with talking(told, step=100) as run:
        assert run.shows("5,000 entries") and "▌" in run.row("word 4999")
        # Bodies of entries that were only passed by were never wanted.
        assert len(run.service.conversations[SESSION.item.address].read) < 10
        await run.press("g")
        assert "▌" in run.row("word 0")


async def test_a_conversation_without_an_entry_says_so() -> None:
    async with talking(()) as run:
        assert run.shows("Nothing to read here.")
        await run.press("enter", "]", "p", "y", "j", "k", "G", "g", "J", "ctrl+d")
        assert run.is_open


async def test_a_transcript_that_is_gone_says_why() -> None:
    async with opened(SESSION) as run:
        assert run.shows("left no transcript here")


async def test_a_session_without_a_transcript_says_so_when_its_key_is_pressed() -> None:
    session = samples.session_detail(streams=("stdout",))
    async with opened(session, logs={(session.item.address, "stdout"): ["last words"]}) as run:
        assert run.tab == "output"
        await run.press("1")
        assert "left no transcript" in run.footer


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    odd = said(EntryKind.COMMAND, "echo '日本語' " + "x" * 400, "日本語\n" * 40, exit_code=0, line_count=40)
    async with talking((*TALK, odd), size=size) as run:
        assert all(len(row) <= size[0] for row in run.rows)
        assert run.shows("日本") and run.shows("exit 0")


async def test_a_run_lists_its_sessions_and_each_leads_back_up() -> None:
    run_address = RUN.item.address
    record = samples.session_item(
        "core-1", parent=run_address, tokens=Tokens(800), claims=(Claim("codex", session="0199"),)
    )
    own = replace(record, address=Address("codex", "0199"), title="the same", tokens=Tokens(900), claims=())
    waits = samples.session_item("docs-1", parent=run_address, state=State.WAITING, why="asks which queue")
    service = MemoryService(samples.snapshot([RUN.item, record, own]), (RUN, samples.session_detail(record)))
    app = OdwApp(service, Config(), clock=StillClock())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        screen = screen_for(app.kit, RUN.item)
        await app.push_screen(screen)
        run = RunDriver(pilot, service, screen, StillClock())
        await run.idle()
        await run.press("s")
        assert run.tab == "sessions" and run.shows("1 session   1 with the agent's own transcript")
        assert run.shows("800 tokens") and run.shows("└ the same")
        service.put(waits)
        await run.idle()
        assert run.shows("docs 1") and run.shows("asks which queue")
        await run.press("g", "enter")
        await run.idle()
        assert isinstance(app.screen, SessionScreen)
        await run.press("u")
        assert app.screen is screen
        await run.press("enter")
        opened_session = app.screen
        await run.press("escape")
        assert app.screen is screen and isinstance(opened_session, SessionScreen)


async def test_a_session_that_was_opened_from_the_room_goes_up_to_its_run() -> None:
    child = samples.session_item("core-1", parent=RUN.item.address)
    room = samples.snapshot([RUN.item, child])
    async with opened(samples.session_detail(child), room=room) as run:
        run.service.tell(RUN)
        await run.press("u")
        assert isinstance(run.pilot.app.screen, RunScreen)
        await run.press("escape")
        assert run.is_open


async def test_a_run_without_sessions_says_so() -> None:
    async with opened(RUN) as run:
        await run.press("s")
        assert "No session that was found here belongs to this run" in run.footer


async def test_a_recorded_session_shows_its_failed_commands_with_their_output(tmp_path: Path) -> None:
    async with recorded(tmp_path, "01a1e49c") as run:
        assert run.tab == "conversation"
        assert run.shows("3 commands, 3 failed") and run.shows("gpt-5.5  ·  workspace-write  ·  asks never")
        assert run.shows("fix/import") and run.shows("codex 0.169.0, exec") and run.shows("of 258k")
        assert "exit 127" in run.row("./does-not-exist --flag")
        await run.press("[", "[")
        assert run.shows("No such file or directory")


async def test_a_recorded_question_stands_first_and_in_the_conversation(tmp_path: Path) -> None:
    async with recorded(tmp_path, "01a1f8d1") as run:
        assert run.tab == "questions" and run.shows("Which database should the service use?")
        await run.press("1")
        assert "◆" in run.row("asks     Which database")


async def test_a_recorded_approval_shows_the_whole_command(tmp_path: Path) -> None:
    async with recorded(tmp_path, "01a1f995") as run:
        await run.press("1")
        assert run.shows("echo approved > outside.txt && cat outside.txt")
        assert run.shows("inferred")
