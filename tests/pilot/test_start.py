"""The form of a new run: typed, checked as it is typed, sent once, and left without losing anything by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from drivers import samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.config import Config
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Receipt, Start
from odw_core.model.item import State

RUN = Address("odw", "odw-exec-1-2")


def sent(room: RoomDriver) -> Start:
    (start,) = [one for one in room.service.submitted if isinstance(one, Start)]
    return start


async def test_a_prompt_is_all_it_takes() -> None:
    async with open_room() as room:
        room.service.answers_with = Receipt("", Outcome.ACCEPTED, "", RUN)
        await room.press("n")
        await room.type("add a queue")
        await room.press("ctrl+s")
        assert sent(room).workflow == "session"
        assert sent(room).given == {"prompt": "add a queue"}
        assert sent(room).workspace in room.service.snapshot().places
        assert room.shows("odw:odw-exec-1-2 has started.")


async def test_letters_that_are_keys_elsewhere_are_letters_here() -> None:
    async with open_room() as room:
        await room.press("n")
        await room.type("quit? no: jk [x] /etc #1")
        await room.press("enter")
        await room.type("second line")
        await room.press("ctrl+s")
        assert sent(room).given["prompt"] == "quit? no: jk [x] /etc #1\nsecond line"


async def test_choices_are_chosen_and_the_command_line_says_the_same() -> None:
    async with open_room() as room:
        await room.press("n")
        await room.type("look")
        await room.press("tab", "tab", "tab", "tab", "right")
        assert room.shows("[danger-full-access]")
        assert room.shows("start session --set prompt=look --set sandbox=danger-full-access")
        await room.press("ctrl+s")
        assert sent(room).given == {"prompt": "look", "sandbox": "danger-full-access"}


async def test_what_stands_against_it_is_said_and_nothing_is_sent() -> None:
    async with open_room() as room:
        room.service.checks = (Check("codex", "Codex", Level.FAIL, "codex is not there.", "Install it."),)
        await room.press("n")
        await room.type("look")
        await room.idle()
        assert room.shows("codex is not there.")
        assert room.shows("Install it.")
        await room.press("ctrl+s")
        assert not room.service.submitted


FIVE = (
    Check("folder", "Folder", Level.PASS, "/work/shop is a git repository."),
    Check("tree", "Tree", Level.WARN, "2 files of the tree are dirty.", "Commit or stash them."),
    Check("codex", "Codex", Level.PASS, "codex 0.160.0 is there."),
    Check("slots", "Slots", Level.PASS, "3 of 8 places are free."),
    Check("tasks", "Tasks", Level.PASS, "A planner makes the tasks."),
)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("text", ["add a queue", "words that go on over the edge of every screen " * 30])
async def test_the_command_and_what_stands_against_it_are_seen_at_every_size(size: tuple[int, int], text: str) -> None:
    async with open_room(size=size) as room:
        room.service.checks = FIVE
        await room.press("n", "ctrl+t", "ctrl+t")
        room.app.screen.post_message(events.Paste(text))
        await room.idle()
        assert room.shows("$ odw-tui --root")
        assert room.shows("2 files of the tree are dirty.") and room.shows("Commit or stash them.")
        assert room.shows("A planner makes the tasks.") or room.shows("more are fine")
        assert "ctrl+s" in room.footer


async def test_the_form_shows_what_is_configured() -> None:
    async with open_room(config=Config(codex_silence_s=240.0)) as room:
        await room.press("n")
        await room.type("look")
        assert room.line("silence, s").split()[-1] == "240"
        await room.press("ctrl+s")
        assert sent(room).given == {"prompt": "look"}


async def test_leaving_what_was_typed_takes_a_second_key() -> None:
    async with open_room() as room:
        await room.press("n")
        await room.type("half a thought")
        await room.press("escape")
        assert room.shows("esc again leaves")
        await room.type("!")
        await room.press("escape", "escape")
        assert room.app.screen is room.room
        assert not room.service.submitted


async def test_a_command_is_typed_as_in_a_shell() -> None:
    async with open_room() as room:
        await room.press("n", "ctrl+t")
        await room.type("pytest -q 'tests/a b'")
        await room.press("ctrl+s")
        assert sent(room).workflow == "command"
        assert sent(room).given == {"argv": ["pytest", "-q", "tests/a b"]}


async def test_a_run_that_is_started_again_brings_its_input_along() -> None:
    run = replace(samples.item("add queue", State.FAILED), driver="odw-tui")
    async with open_room(samples.snapshot([run])) as room:
        given: dict[str, object] = {"prompt": "add a queue", "sandbox": "read-only"}
        room.service.starts[run.address] = Start("session", given, "/work/shop", parent=run.address)
        await room.press("R")
        await room.idle()
        assert room.shows("add a queue")
        await room.type(", with tests")
        await room.press("ctrl+s")
        assert sent(room).given == {"prompt": "add a queue, with tests", "sandbox": "read-only"}
        assert (sent(room).workspace, sent(room).parent) == ("/work/shop", run.address)


async def test_a_batch_of_somebody_else_is_run_again_with_what_its_log_names() -> None:
    log = samples.item("run-20260220-101500", State.FAILED, driver="scenario_batch")
    log = replace(log, address=Address("scenario", "run-20260220-101500"))
    async with open_room(samples.snapshot([log])) as room:
        given: dict[str, object] = {"argv": ["run", "it"]}
        room.service.starts[log.address] = Start("command", given, "/work/shop", parent=log.address)
        await room.press("R")
        await room.idle()
        await room.press("ctrl+s")
        assert (sent(room).given, sent(room).parent) == (given, log.address)


async def test_what_nobody_knows_how_to_start_says_so() -> None:
    log = replace(samples.item("x", State.FAILED, driver="scenario_batch"), address=Address("scenario", "run-1"))
    async with open_room(samples.snapshot([log])) as room:
        await room.press("R")
        await room.idle()
        assert room.app.screen is room.room
        assert room.shows("Nobody knows what it was started with")
    async with open_room(samples.snapshot([log])) as room:
        room.service.starts[log.address] = NotFound("Its log run-1.log cannot be read any more.")
        await room.press("R")
        await room.idle()
        assert room.app.screen is room.room
        assert room.shows("Its log run-1.log cannot be read any more.")
    old = replace(log, address=Address("scenario", "error-022026_1015"), raw_state="error log")
    async with open_room(samples.snapshot([old])) as room:
        await room.press("R")
        assert room.shows("An old error log says of no batch what it was.")


async def test_a_run_of_another_program_is_run_again_by_it_or_natively(monkeypatch: pytest.MonkeyPatch) -> None:
    # The one stands for the other program, whichever of the two ways that takes the same words.
    ways = ("parallel-review-apply", "coordinate")
    monkeypatch.setattr("odw_tui.start_form.twins", lambda name: ways if name in ways else (name,))
    run = replace(samples.item("plan", State.BLOCKED, driver="scenario_batch"), address=Address("scenario", "run-1"))
    async with open_room(samples.snapshot([run])) as room:
        given: dict[str, object] = {"goal": "all of it", "repos": ["/work/a", "/work/b"], "from_run": "converge:1"}
        room.service.starts[run.address] = Start("coordinate", given, "/work/shop", parent=run.address)
        await room.press("R")
        await room.idle()
        assert room.shows("Run again   parallel-review-apply  coordinate")
        await room.type(" now")
        await room.press("ctrl+t")
        assert room.shows("all of it now") and not room.shows("/work/b")
        await room.press("ctrl+t", "ctrl+s")
        assert sent(room).workflow == "coordinate"
        told = {name: sent(room).given[name] for name in given}
        assert told == {**given, "goal": "all of it now"} and sent(room).parent == run.address
