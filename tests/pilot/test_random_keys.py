"""Ten thousand keys at random times against questions that come, change and go: nothing unread is decided."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from textual.events import Key
from textual.keys import _character_to_key

from drivers import asked
from drivers.room_driver import RoomDriver, open_room
from odw_core.decide.guard import LEAST_SHOWN_S
from odw_core.model.command import Command, Decide, Outcome, Pin, Receipt
from odw_core.model.question import Question
from odw_tui.screens.card import CardScreen
from odw_tui.screens.inbox import InboxScreen
from odw_tui.widgets.sheet import Sheet

KEYS = 10_000
PRESSED = (
    *("a", "a", "a", "A", "x", "c", "p", "p", "ctrl+s", "ctrl+s", "enter", "enter", "enter", "escape"),
    *("]", "[", "j", "k", "space", "space", "tab", "shift+tab", "1", "2", "3", "l", "h", "d", "e", "?", "o"),
)
WORDS = (("a", *"delete", "enter"), ("a", "1", "enter"), ("a", "2", "enter"), ("tab", *"ok", "ctrl+s"))
Seen = tuple[str, str]
"""Id and digest of a question."""


class World:
    """Questions that come, change and go, and a person who presses keys without looking."""

    def __init__(self, room: RoomDriver, seed: int) -> None:
        self.room, self.chance = room, random.Random(seed)
        self.made = 0
        self.shown: Seen | None = None
        self.since = 0.0
        self.read: set[Seen] = set()
        """What was on screen long enough at some time, so that it may have been marked."""
        self.decided: list[Seen] = []
        self.wrong: list[str] = []
        room.service.submit = self.submit  # type: ignore[method-assign]

    async def submit(self, command: Command) -> Receipt:
        """Everything that is sent goes through here, at the moment when it is sent."""
        if isinstance(command, Pin):
            # A mark of the person's own on a run: it asks, starts and changes nothing.
            return Receipt(command.id, Outcome.ACCEPTED)
        assert isinstance(command, Decide)
        sent = (command.decision.question_id, command.decision.digest)
        on_card = isinstance(self.room.app.screen, CardScreen)
        if sent not in self.open:
            self.wrong.append("it is not asked like that")
        elif on_card and sent != self.shown:
            self.wrong.append("it is not what the person saw last")
        elif on_card and self.room.clock.time - self.since < LEAST_SHOWN_S:
            self.wrong.append("it was not on screen long enough")
        elif not on_card and sent not in self.read:
            self.wrong.append("it was marked without having been read")
        self.decided.append(sent)
        outcome = self.chance.choice((Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.STALE, Outcome.REFUSED))
        return Receipt(command.id, outcome, "so it is")

    @property
    def open(self) -> dict[Seen, Question]:
        return {(one.id, one.digest): one for one in self.room.service.snapshot().questions}

    def new(self) -> Question:
        self.made += 1
        make = self.chance.choice((asked.command, asked.command, asked.patch, asked.form, self._destructive))
        name = f"q{self.made}"
        return replace(make(name), title=f"{name} v0", digest=f"{name}-0")

    def _destructive(self, name: str) -> Question:
        return asked.command(name, "rm -rf build")

    def happen(self) -> None:
        """Something happens to what is asked, most often to what the person is about to decide."""
        questions = list(self.room.service.snapshot().questions)
        at = next((place for place, one in enumerate(questions) if self.shown and one.id == self.shown[0]), 0)
        if questions and self.chance.random() < 0.4:
            at = self.chance.randrange(len(questions))
        match self.chance.randrange(6):
            case 0 | 1 if questions:
                digest = f"{questions[at].id}-{self.chance.random()}"
                questions[at] = replace(questions[at], digest=digest, title=f"{questions[at].id} {digest}")
            case 2 if questions:
                del questions[at]
            case 3 if questions:
                self.chance.shuffle(questions)
            case _ if len(questions) < 6:
                questions.insert(self.chance.randint(0, len(questions)), self.new())
            case _:
                pass
        self.room.service.become(questions=questions)

    def look(self) -> None:
        """What stands on the screen, once it is painted."""
        screen, shown = self.room.app.screen, None
        if isinstance(screen, CardScreen | InboxScreen):
            head = screen.query_one("#head" if isinstance(screen, CardScreen) else "#card", Sheet).lines
            words = "".join(span.text for line in head[:1] for span in line.left)
            # Titles hold the digest, so that what was painted counts and not what the screen knows.
            shown = next((seen for seen, one in self.open.items() if one.title in words), None)
        if shown != self.shown:
            self.shown, self.since = shown, self.room.clock.time

    def wait(self) -> None:
        self.room.clock.time += self.chance.choice((0.0, 0.05, 0.2, 0.45, 0.6, 1.5))
        if self.shown is not None and self.room.clock.time - self.since >= LEAST_SHOWN_S:
            self.read.add(self.shown)


def key_event(key: str) -> Key:
    """A key as a terminal sends it."""
    return Key(_character_to_key(key), key) if len(key) == 1 else Key(key, None)


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [1, 2])
async def test_random_keys_decide_nothing_that_was_not_read(seed: int) -> None:
    async with open_room(asked.room(), size=(80, 24)) as room:
        world = World(room, seed)
        await room.press("i")
        pressed = 0
        while pressed < KEYS // 2:
            if not isinstance(room.app.screen, CardScreen | InboxScreen):
                room.service.become(questions=room.service.snapshot().questions)
                await room.press("escape" if room.app.screen is not room.room else "i")
            world.look()
            world.wait()
            if world.chance.random() < 0.35:
                world.happen()
            few = world.chance.choice((1, 2, 4, 8, 16, 24))
            keys = world.chance.choices(PRESSED, k=few) if world.chance.random() < 0.85 else world.chance.choice(WORDS)
            # Nothing waits for frames that are held back, so that keys meet what has not been painted yet.
            for key in keys:
                room.app.post_message(key_event(key))
            await room.pilot.pause()
            pressed += len(keys)
            assert world.wrong == []
        assert len(world.decided) > 20
        assert len({question_id for question_id, _ in world.decided}) > 10
