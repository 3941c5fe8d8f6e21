"""Deciding as a person does it: cards, words that must be typed, answers, several at once, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drivers import asked, samples
from drivers.room_driver import RoomDriver, open_room
from odw_core.model.command import Decide, Outcome, Receipt
from odw_core.model.decision import Decision
from odw_core.model.question import Question
from odw_tui.screens.card import CardScreen
from odw_tui.screens.inbox import InboxScreen

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def card_of(
    *questions: Question,
    size: tuple[int, int] = (120, 40),
    state: Path | None = None,
    is_read_only: bool = False,
    is_read: bool = True,
) -> AsyncIterator[RoomDriver]:
    """The card of the first question, looked at for a while unless ``is_read`` says no."""
    async with open_room(asked.room(*questions), size=size, state=state, is_read_only=is_read_only) as room:
        await room.press("i", "enter")
        assert isinstance(room.app.screen, CardScreen)
        if is_read:
            room.clock.time += 1
        yield room


def decided(room: RoomDriver) -> list[Decision]:
    return [one.decision for one in room.service.submitted if isinstance(one, Decide)]


def written(folder: Path) -> str:
    """All that lies below ``folder``."""
    return "".join(path.read_text() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("a", "accept"),
        ("A", "acceptForSession"),
        ("p", "acceptWithExecpolicyAmendment"),
        ("x", "decline"),
        ("c", "cancel"),
    ],
)
async def test_a_key_sends_its_verdict_bound_to_what_is_shown(key: str, verdict: str) -> None:
    question = asked.command()
    async with card_of(question) as room:
        await room.press(key)
        (decision,) = decided(room)
        assert (decision.question_id, decision.digest, decision.verdict) == (question.id, question.digest, verdict)
        assert decision.by.endswith("(screen)") and decision.at == room.clock.time


async def test_a_command_shows_all_that_decides_it_and_by_which_road_it_goes() -> None:
    async with card_of(asked.command(text="npm publish --dry-run")) as room:
        for words in ("npm publish --dry-run", "~/work/shop", "The tests must pass", "publishes to everybody"):
            assert room.shows(words) or room.shows(words.replace("~", "/home/ada")), words
        assert room.shows("goes to the app server that runs the session")
        assert room.shows("type publish to let it happen")


async def test_enter_alone_decides_nothing() -> None:
    async with card_of(asked.command()) as room:
        await room.press("enter", "enter", "space")
        assert decided(room) == []


async def test_a_card_that_came_only_just_now_does_not_accept_and_says_so() -> None:
    async with card_of(asked.command(), is_read=False) as room:
        room.clock.time += 0.4
        await room.press("a")
        assert decided(room) == [] and "only just now" in room.footer
        room.clock.time += 0.2
        await room.press("a")
        assert len(decided(room)) == 1


async def test_a_destructive_command_wants_its_word_typed_out() -> None:
    async with card_of(asked.command(text="rm -rf build")) as room:
        await room.press("a")
        assert room.footer.startswith("type delete to accept:") and decided(room) == []
        await room.press("enter")
        assert decided(room) == [] and "delete" in room.footer
        await room.press("a", *"delet", "enter")
        assert decided(room) == []
        await room.press("a", *"delete", "enter")
        assert [one.verdict for one in decided(room)] == ["accept"]


async def test_no_word_is_needed_to_decline_what_is_destructive() -> None:
    async with card_of(asked.command(text="rm -rf build")) as room:
        await room.press("x")
        assert [one.verdict for one in decided(room)] == ["decline"]


async def test_a_word_cannot_be_pasted() -> None:
    async with card_of(asked.command(text="rm -rf build")) as room:
        from textual.events import Paste

        await room.press("a")
        room.app.post_message(Paste("delete"))
        await room.press("enter")
        assert decided(room) == []


async def test_a_row_is_sent_until_somebody_says_what_happened() -> None:
    question = asked.command()
    async with card_of(question, asked.command("other", "ls")) as room:
        await room.press("a")
        assert room.shows("accept: sent.")
        await room.press("a", "x")
        assert len(decided(room)) == 1 and "was sent already" in room.footer
        await room.press("escape")
        assert "sent" in room.line("run npm test?") and "decided" not in room.text
        room.service.tell_outcome(Outcome.ACCEPTED)
        await room.idle()
        assert "decided" in room.line("run npm test?")


@pytest.mark.parametrize(("outcome", "word"), [(Outcome.STALE, "stale"), (Outcome.REFUSED, "refused")])
async def test_what_was_not_taken_says_why_and_can_be_decided_again(outcome: Outcome, word: str) -> None:
    async with card_of(asked.command()) as room:
        room.service.answers_with = Receipt("", outcome, "Somebody was faster.")
        await room.press("a")
        assert room.shows(f"accept: {word}. Somebody was faster.")
        room.service.answers_with = None
        await room.press("x")
        assert [one.verdict for one in decided(room)] == ["accept", "decline"]


async def test_a_question_that_closes_elsewhere_says_so_and_takes_no_key_any_more() -> None:
    other = asked.command("other", "ls")
    async with card_of(asked.command(), other) as room:
        await room.become(questions=(other,))
        assert room.shows("It is not asked any more: somebody else decided it, or it was withdrawn.")
        assert room.shows("closed")
        await room.press("a", "x", "c", "enter")
        assert decided(room) == []
        await room.press("]")
        assert room.shows("run ls?")
        await room.press("a")
        assert decided(room) == [], "the next card has not been looked at yet"


async def test_a_question_that_changes_says_so_and_has_to_be_read_again() -> None:
    question = asked.command()
    changed = replace(question, digest="f" * 64, details=(("command", "npm test; rm -rf ~"),))
    async with card_of(question) as room:
        await room.become(questions=(changed,))
        assert room.shows("It changed while it was open: look at it again.")
        await room.press("A")
        assert decided(room) == []
        room.clock.time += 1
        await room.press("x")
        assert [one.digest for one in decided(room)] == ["f" * 64]


async def test_a_change_closes_the_line_in_which_a_word_was_being_typed() -> None:
    question = asked.command(text="rm -rf build")
    async with card_of(question) as room:
        await room.press("a", *"delete")
        await room.become(questions=(replace(question, digest="e" * 64),))
        room.clock.time += 1
        await room.press("enter")
        assert decided(room) == []


async def test_a_new_question_takes_neither_the_focus_nor_the_cursor() -> None:
    mine = asked.command()
    async with card_of(mine) as room:
        before = asked.command("before", "ls", asked_at=0.0)
        await room.become(questions=(before, mine))
        assert room.shows("run npm test?") and not room.shows("run ls?")
        await room.press("escape")
        assert isinstance(room.app.screen, InboxScreen)
        assert room.listing.cursor == mine.id
        await room.become(questions=(asked.command("first", "pwd", asked_at=-1.0), before, mine))
        assert room.listing.cursor == mine.id


async def test_a_form_is_filled_in_field_by_field_and_sent_at_once() -> None:
    async with card_of(asked.form()) as room:
        assert room.shows("How long are closed items kept in the queue?")
        await room.press("2", "tab", *"as agreed", "tab", *"the law", "tab", *"hunter22")
        assert "hunter22" not in room.text and room.shows("********")
        await room.press("enter")
        assert decided(room) == [] and "enter alone never does" in room.footer
        await room.press("ctrl+s")
        (decision,) = decided(room)
        assert decision.verdict == "answer"
        assert decision.values == (("keep", ("30 days", "as agreed")), ("why", ("the law",)), ("token", ("hunter22",)))
        assert "hunter22" not in repr(decision)


async def test_options_are_picked_with_the_arrows_and_the_space_bar_too() -> None:
    (field, *_) = asked.form().fields
    alone = replace(asked.form(), fields=(replace(field, allows_other=False),))
    async with card_of(alone) as room:
        assert "tab next field" not in room.footer
        first, second, *_ = (choice.label for choice in field.choices)
        await room.press("space")
        assert room.shows(f"1  [x] {first}")
        await room.press("down")
        assert room.shows(f"1  [ ] {first}") and room.shows(f"2  [x] {second}")
        await room.press("k", "space")
        assert not room.shows("[x]")
        await room.press("down", "ctrl+s")
        assert [one.values for one in decided(room)] == [((field.id, (first,)),)]


async def test_a_card_says_how_long_ago_it_was_asked_as_time_goes_by() -> None:
    async with card_of(replace(asked.command(), asked_at=samples.NOW)) as room:
        room.clock.time = samples.NOW + 130
        room.app.screen.grow_older()  # type: ignore[attr-defined]
        await room.idle()
        assert room.shows("asked 2m ago")


async def test_a_form_with_a_field_left_out_is_not_sent() -> None:
    async with card_of(asked.form()) as room:
        await room.press("1", "ctrl+s")
        assert decided(room) == [] and "has no answer yet" in room.footer


async def test_letters_typed_into_a_field_decide_nothing() -> None:
    async with card_of(asked.form()) as room:
        await room.press("tab", *"aAxcp q?")
        assert room.shows("aAxcp q?") and decided(room) == []


async def test_a_half_written_answer_is_there_again_but_for_its_secret(tmp_path: Path) -> None:
    async with card_of(asked.form(), state=tmp_path) as room:
        await room.press("2", "tab", "tab", *"the law", "tab", *"hunter22", "escape", "escape")
        assert decided(room) == []
    assert "hunter22" not in written(tmp_path) and "the law" in written(tmp_path)
    async with card_of(asked.form(), state=tmp_path) as room:
        assert room.shows("[x] 30 days") and room.shows("the law")
        await room.press("ctrl+s")
        assert decided(room) == [] and "Token has no answer yet" in room.footer
        await room.press("shift+tab", *"hunter22", "ctrl+s")
        room.service.tell_outcome(Outcome.ACCEPTED)
        await room.idle()
    assert written(tmp_path) == ""


async def test_what_cannot_be_answered_says_why_and_by_whom_it_can() -> None:
    async with card_of(
        replace(asked.command(), why_not="only its own terminal can", answer_via="you, where it runs")
    ) as room:
        assert room.shows("not from here: only its own terminal can") and room.shows("you, where it runs")
        await room.press("a")
        assert decided(room) == [] and "only its own terminal can" in room.footer


async def test_a_verdict_that_is_not_offered_says_so() -> None:
    async with card_of(asked.patch()) as room:
        await room.press("p")
        assert room.footer.startswith("Always allow is not offered here.")


async def test_a_patch_is_shown_as_changes_are_shown_everywhere() -> None:
    async with card_of(asked.patch()) as room:
        assert room.shows("+    return round(sum(items), 2)") or room.shows("return round(sum(items), 2)")
        assert room.shows("Rounding was missing.")
        await room.press("ctrl+d", "a")
        assert [one.verdict for one in decided(room)] == ["accept"]


async def test_a_gate_is_rejected_with_a_reason() -> None:
    gate = asked.asked("gate", kind="gate", fields=(), decisions=("approve", "reject"))
    async with card_of(gate) as room:
        await room.press("x", *"keep the old price", "enter")
        (decision,) = decided(room)
        assert (decision.verdict, decision.reason) == ("reject", "keep the old price")


async def test_a_read_only_room_decides_nothing_and_says_it_once() -> None:
    async with card_of(asked.command(), is_read_only=True) as room:
        await room.press("a")
        assert decided(room) == [] and room.footer.startswith("This room is read-only")
        await room.press("escape", "space")
        assert room.footer.startswith("This room is read-only")


async def test_help_covers_the_card_and_what_was_covered_is_read_again() -> None:
    async with card_of(asked.command()) as room:
        await room.press("?", "escape", "a")
        assert decided(room) == []


@asynccontextmanager
async def inbox_of(*questions: Question) -> AsyncIterator[RoomDriver]:
    async with open_room(asked.room(*questions)) as room:
        await room.press("i")
        yield room


async def mark(room: RoomDriver, number: int) -> None:
    for _ in range(number):
        room.clock.time += 1
        await room.press("space")


async def test_several_are_accepted_together_after_their_count_was_typed() -> None:
    async with inbox_of(*(asked.command(f"c{number}", f"ls {number}") for number in range(4))) as room:
        room.service.answers_with = Receipt("", Outcome.ACCEPTED)
        await mark(room, 3)
        await room.press("a")
        assert room.footer.startswith("type 3 and enter to accept all 3 marked:")
        await room.press("enter")
        assert decided(room) == []
        await room.press("a", "3", "enter")
        assert [one.question_id for one in decided(room)] == ["c0", "c1", "c2"]
        assert "3 of 3 accepted." in room.footer


async def test_a_batch_stops_at_the_first_surprise() -> None:
    async with inbox_of(*(asked.command(f"c{number}", f"ls {number}") for number in range(3))) as room:
        await mark(room, 3)
        await room.press("a", "3", "enter")
        assert len(decided(room)) == 1
        room.service.tell_outcome(Outcome.STALE, "It was decided elsewhere.")
        await room.idle()
        assert len(decided(room)) == 1
        assert "0 of 3 accepted; stopped" in room.footer


async def test_a_change_of_anything_marked_unmarks_everything() -> None:
    first, second = asked.command("c0", "ls"), asked.command("c1", "pwd")
    async with inbox_of(first, second) as room:
        await mark(room, 2)
        await room.press("a", "2")
        await room.become(questions=(first, replace(second, digest="d" * 64)))
        assert "One of what was marked changed" in room.footer
        await room.press("enter")
        assert decided(room) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (asked.command(text="rm -rf x"), "needs a typed word"),
        (asked.form(), "wants an answer of its own"),
        (replace(asked.command(), why_not="only its own terminal can"), "cannot be decided from here"),
    ],
)
async def test_what_needs_a_look_of_its_own_cannot_be_marked(question: Question, words: str) -> None:
    async with inbox_of(question) as room:
        await mark(room, 1)
        assert words in room.footer


async def test_what_came_only_just_now_cannot_be_marked() -> None:
    async with inbox_of(asked.command()) as room:
        await room.press("space")
        assert "only just now" in room.footer


async def test_keys_of_the_card_do_nothing_in_the_list() -> None:
    async with inbox_of(asked.command()) as room:
        room.clock.time += 1
        await room.press("a", "A", "x", "c", "p", "ctrl+s")
        assert decided(room) == []
