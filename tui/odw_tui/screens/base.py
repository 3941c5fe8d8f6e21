"""ActionScreen: a screen whose keys come from the registry of actions. Turns a key into an action, nothing else."""

from __future__ import annotations

import inspect
from typing import ClassVar

from textual import events
from textual.screen import Screen

from odw_core.model.address import Address
from odw_tui.actions import Action, action, actions_in
from odw_tui.keymap import key_name
from odw_tui.kit import Kit
from odw_tui.widgets.paint import TONE_CLASSES

READ_ONLY = "This room is read-only: it writes no settings. Leave out --read-only to change them."


class ActionScreen(Screen[None], inherit_bindings=False):
    """Carries out the action ``open`` with its method ``do_open``; what it lacks, the app carries out."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    # The terminal's own selection copies; Textual's would only paint over the looks of a line.
    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONE_CLASSES)
    CONTEXT: ClassVar[str]

    def __init__(self, kit: Kit) -> None:
        super().__init__(classes="-ascii" if kit.signs.is_ascii else None)
        self.kit = kit

    @property
    def context(self) -> str:
        """Which keys work at this moment."""
        return self.CONTEXT

    @property
    def is_on_top(self) -> bool:
        """Whether this is the screen that is seen. Textual calls the one below it current as well."""
        return bool(self.app.screen_stack) and self.app.screen is self

    @property
    def looked_at(self) -> Address | None:
        """The run or session that is looked at; None when it is no single one."""
        return None

    def why_not(self, action_id: str) -> str | None:
        """Why an action cannot be done now, as a sentence for people; None when it can."""
        return None

    @property
    def able(self) -> tuple[Action, ...]:
        """What can be done here now: what the footer offers."""
        return tuple(one for one in actions_in(self.context) if self.why_not(one.id) is None)

    def flash(self, text: str, tone: str = "strong") -> None:
        """Say something in one line until the next key."""
        raise NotImplementedError

    def type_key(self, key: str, character: str | None) -> bool:
        """Take a key as text; True when it was taken, so that it means no action."""
        return False

    async def on_key(self, event: events.Key) -> None:
        if not self.is_on_top:
            # It was on its way when another screen came up, or this one went: it is meant for what is seen.
            event.stop()
            self.app.screen.post_message(events.Key(event.key, event.character))
            return
        key = key_name(event.key, event.character)
        if self.type_key(key, event.character):
            event.stop()
            return
        found = self.kit.keymap.action(self.context, key)
        if found is not None:
            event.stop()
            event.prevent_default()
            await self.act(found)

    async def act(self, wanted: Action | str) -> None:
        """Do one action, or say why not."""
        wanted = action(wanted) if isinstance(wanted, str) else wanted
        if reason := self.why_not(wanted.id):
            self.flash(reason)
            return
        name = f"do_{wanted.id}"
        handler = getattr(self, name, None) or getattr(self.app, name)
        result = handler()
        if inspect.isawaitable(result):
            await result
