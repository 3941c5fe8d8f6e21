"""Wishes: asks for the words that a wish needs, sends it, and says what became of it. What really happened, the files
say. Loaded with the first wish, since most starts of the program have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.app import App
from textual.screen import Screen

from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.command import (
    WAIT_S,
    Adopt,
    Archive,
    Cancel,
    Command,
    Fork,
    Interrupt,
    Outcome,
    Pin,
    Receipt,
    Rename,
    Repeat,
    Resume,
    Say,
)
from odw_core.model.item import Item
from odw_core.state.driving import Wish
from odw_core.text.ansi import one_line
from odw_tui.kit import Kit
from odw_tui.present.receipts import receipt_words
from odw_tui.present.spans import Line, Span
from odw_tui.screens.ask_line import AskLineScreen

_TITLE = 100
_CANCEL_WORD = "cancel"
_ADOPT_WORD = "adopt"


class Wisher(Protocol):
    """The screen that a wish comes from."""

    kit: Kit

    @property
    def app(self) -> App[None]: ...
    def flash(self, text: str, tone: str = "strong") -> None: ...


def carry_out(wish: Wish, item: Item, screen: Screen[None], wisher: Wisher) -> None:
    """Ask what has to be asked about ``item``, then send the command."""
    address = item.address

    def send(command: Command) -> None:
        screen.run_worker(_sent(command, wisher), name="send a command")

    def ask(sign: str, told: str, hint: str, then: Callable[[str], Command], text: str = "", must_be: str = "") -> None:
        about = Line((Span(told, "quiet"), Span(one_line(item.title, _TITLE), "strong")))

        def typed(words: str | None) -> None:
            if words:
                send(then(words))

        asked = AskLineScreen(wisher.kit, sign, (about,), f"{hint}   esc leaves it", text, must_be=must_be)
        wisher.app.push_screen(asked, typed)

    match wish:
        case Wish.SAY:
            ask("> ", "say to  ", "enter sends it into the running turn", lambda words: Say(address, words))
        case Wish.QUEUE:
            hint = "enter sends it as soon as this turn is over"
            ask("> ", "afterwards say to  ", hint, lambda words: Say(address, words, waits=True))
        case Wish.INTERRUPT:
            send(Interrupt(address))
        case Wish.RESUME if address.engine == "codex":
            ask("> ", "go on with  ", "enter goes on with this session", lambda words: Resume(address, words))
        case Wish.RESUME:
            send(Resume(address))
        case Wish.FORK:
            ask("> ", "fork  ", "enter begins a copy of the session with this", lambda words: Fork(address, words))
        case Wish.RENAME:
            title = one_line(item.title, 200)
            ask("name ", "rename  ", "enter names it", lambda words: Rename(address, words), title)
        case Wish.ARCHIVE:
            send(Archive(address, is_back=item.is_archived))
        case Wish.CANCEL:
            # It ends everything that the run has going, so it takes a word, not a key.
            hint = f"type {_CANCEL_WORD} and enter"
            told = "end the run, its agents and their commands:  "
            ask("> ", told, hint, lambda words: Cancel(address), must_be=_CANCEL_WORD)
        case Wish.ADOPT if address.engine == "converge":
            _Answering(item, screen, wisher).ask()
        case Wish.REPEAT:
            send(Repeat(address))
        case Wish.ADOPT:
            # It puts agents to work, so it takes a word, not a key.
            hint = f"type {_ADOPT_WORD} and enter"
            told = "start agents that go on with what it left:  "
            ask("> ", told, hint, lambda words: Adopt(address), must_be=_ADOPT_WORD)
        case Wish.PIN:
            send(Pin(address, is_off=None))
        case Wish.COMMIT:
            screen.run_worker(_commit(address, wisher), name="look at what landed")
        case Wish.CARRY_OUT:
            screen.run_worker(_carry_out(item, wisher), name="look at the plans")
        case Wish.RERUN:
            from odw_tui.screens.start import StartScreen

            wisher.app.push_screen(StartScreen(wisher.kit, again=item))


class _Answering:
    """What a run of Converge asked, question by question; then the word that starts agents who plan with it."""

    def __init__(self, item: Item, screen: Screen[None], wisher: Wisher) -> None:
        self._item, self._screen, self._wisher = item, screen, wisher
        snapshot = wisher.kit.service.snapshot()
        # What a task asks stands at its run as well.
        roots = {item.address} | {one.address for one in snapshot.items.values() if one.parent == item.address}
        asked = [one for one in snapshot.questions if one.address.root in roots]
        # What was answered on its card goes along by itself.
        self._left = [one for one in asked if not one.is_sent]
        self._count, self._kept = len(self._left), len(asked) - len(self._left)
        self._answers: list[object] = []

    def ask(self) -> None:
        """The next question, or the word when there is none."""
        if not self._left:
            self._ask_word()
            return
        question = self._left.pop(0)
        number = self._count - len(self._left)
        about = Line((Span(f"{number} of {self._count}  ", "quiet"), Span(one_line(question.body, 400), "strong")))
        hint = "enter answers it; - leaves it open   esc leaves it all"
        asked = AskLineScreen(self._wisher.kit, "> ", (about,), hint)

        def typed(words: str | None) -> None:
            if words is None:
                return
            if words.strip() not in ("", "-"):
                repo = question.address.parts[0] if question.address.parts else None
                self._answers.append({"question": question.body, "repo": repo, "text": words})
            self.ask()

        self._wisher.app.push_screen(asked, typed)

    def _ask_word(self) -> None:
        kept = f" ({self._kept} from cards)" if self._kept else ""
        told = f"start agents that plan with its goal, repos, plans and your answers{kept}:  "
        about = Line((Span(told, "quiet"), Span(one_line(self._item.title, _TITLE), "strong")), (), 3)
        changed: dict[str, object] = {"answers": self._answers} if self._answers else {}

        def typed(words: str | None) -> None:
            if words:
                command = Adopt(self._item.address, changed)
                self._screen.run_worker(_sent(command, self._wisher), name="send a command")

        hint = f"type {_ADOPT_WORD} and enter   esc leaves it"
        asked = AskLineScreen(self._wisher.kit, "> ", (about,), hint, must_be=_ADOPT_WORD)
        self._wisher.app.push_screen(asked, typed)


async def _carry_out(item: Item, wisher: Wisher) -> None:
    """Show what would start a campaign with the plans of a run, or say why it has none."""
    from odw_core.service.campaigns.carrying_out import campaign_of
    from odw_tui.screens.start import StartScreen

    try:
        start = campaign_of(item, await wisher.kit.service.repeated(item.address))
    except OdwError as error:
        wisher.flash(one_line(str(error), 300), "blocked")
        return
    wisher.app.push_screen(StartScreen(wisher.kit, planned=start))


async def _commit(address: Address, wisher: Wisher) -> None:
    """Show what would be committed, or say why nothing is."""
    from odw_tui.screens.commit import CommitScreen

    try:
        plan = await wisher.kit.service.commit_plan(address)
    except (OdwError, OSError) as error:
        wisher.flash(one_line(str(error), 300), "blocked")
        return
    if plan.commit:
        wisher.flash(f"It was committed already, as {one_line(plan.commit, 64)[:10]}.", "blocked")
        return
    wisher.app.push_screen(CommitScreen(wisher.kit, plan, wisher.flash))


async def _sent(command: Command, wisher: Wisher) -> None:
    await submit(command, wisher)


async def submit(command: Command, wisher: Wisher) -> Receipt:
    """Send a command, and say what became of it as it becomes known."""
    service = wisher.kit.service
    receipt = await service.submit(command)
    wisher.flash(*receipt_words(receipt))
    if receipt.outcome is Outcome.SENT:
        receipt = await service.outcome(command.id, WAIT_S)
        wisher.flash(*receipt_words(receipt))
    return receipt
