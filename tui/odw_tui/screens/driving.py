"""DrivingScreen: a screen with a run or session on it that a person may want something of. Sends nothing itself."""

from __future__ import annotations

from odw_core.model.address import Address
from odw_core.model.item import Item
from odw_core.state.driving import Wish, driven, why_not
from odw_tui.screens.base import ActionScreen

_WISHES = frozenset(wish.value for wish in Wish)
_OF_THE_SESSION = (Wish.FORK, Wish.RENAME, Wish.ARCHIVE, Wish.RERUN)
"""About what is shown, not about the run that drives it."""


class DrivingScreen(ActionScreen):
    """``_subject`` says what the wishes are about."""

    def _subject(self) -> Item | None:
        raise NotImplementedError

    @property
    def looked_at(self) -> Address | None:
        item = self._subject()
        return None if item is None else item.address

    def _addressee(self, wish: Wish) -> Item | None:
        item = self._subject()
        if item is None or wish in _OF_THE_SESSION:
            return item
        return driven(item, self.kit.service.snapshot().items)

    def why_not(self, action_id: str) -> str | None:
        if action_id not in _WISHES:
            return super().why_not(action_id)
        wish = Wish(action_id)
        item = self._addressee(wish)
        return "There is nothing here that could be driven." if item is None else why_not(wish, item)

    def _wish(self, wish: Wish) -> None:
        if (item := self._addressee(wish)) is not None:
            from odw_tui.wishes import carry_out

            carry_out(wish, item, self, self)

    def do_say(self) -> None:
        self._wish(Wish.SAY)

    def do_queue(self) -> None:
        self._wish(Wish.QUEUE)

    def do_interrupt(self) -> None:
        self._wish(Wish.INTERRUPT)

    def do_cancel(self) -> None:
        self._wish(Wish.CANCEL)

    def do_resume(self) -> None:
        self._wish(Wish.RESUME)

    def do_fork(self) -> None:
        self._wish(Wish.FORK)

    def do_rerun(self) -> None:
        self._wish(Wish.RERUN)

    def do_rename(self) -> None:
        self._wish(Wish.RENAME)

    def do_commit(self) -> None:
        self._wish(Wish.COMMIT)

    def do_pin(self) -> None:
        self._wish(Wish.PIN)

    def do_adopt(self) -> None:
        self._wish(Wish.ADOPT)

    def do_carry_out(self) -> None:
        self._wish(Wish.CARRY_OUT)

    def do_archive(self) -> None:
        self._wish(Wish.ARCHIVE)
