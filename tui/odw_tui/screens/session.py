"""The session screen: one agent session, its question and its output, kept up to date as long as it is open."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_tui.kit import Kit
from odw_tui.present.output import Target, run_target
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.opened import OpenedScreen


class SessionScreen(OpenedScreen):
    """One session. It has no rounds: what it asks stands first, its output is the rest."""

    FIRST_TAB: ClassVar[Tab] = Tab.OUTPUT

    def __init__(self, kit: Kit, address: Address) -> None:
        super().__init__(kit, address)
        self._has_shown = False

    def _target(self, detail: Detail) -> Target:
        return run_target(detail)

    def _show_tab(self) -> None:
        if self._detail is not None and not self._has_shown:
            # What waits for a person stands first, but never takes the place of what is being read.
            self._has_shown = True
            is_first = bool(self._detail.questions) and self._asked is None
            self._tab = Tab.QUESTIONS if is_first else self._tab
        super()._show_tab()

    def why_not(self, action_id: str) -> str | None:
        match action_id:
            case "timeline" | "blockers" | "zoom" | "preview_down" | "preview_up" | "first_column" | "last_column":
                return "A session has no rounds; its output is all there is."
            case "journal":
                return "A session has no journal of its own; its streams are in the output."
            case "open" | "run_output" | "earlier_attempt" | "later_attempt":
                return "This is the whole session."
            case _:
                return super().why_not(action_id)
