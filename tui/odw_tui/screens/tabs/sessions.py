"""SessionsTab: the sessions that belong to a run; each opens as a screen of its own."""

from __future__ import annotations

from typing import ClassVar

from odw_core.model.address import Address
from odw_core.model.detail import Detail
from odw_core.model.item import Item
from odw_tui.panes.sessions import SessionsPane
from odw_tui.present.run_tabs import Tab
from odw_tui.screens.opening import screen_for
from odw_tui.screens.tabs.base import ListTab, Opened


class SessionsTab(ListTab[SessionsPane]):
    """``items`` come from the room: the run itself does not know them."""

    TAB: ClassVar[Tab] = Tab.SESSIONS

    def __init__(self, screen: Opened) -> None:
        super().__init__(screen, SessionsPane(screen.kit))
        self.items: tuple[Item, ...] = ()

    @property
    def subject(self) -> Address:
        return self.pane.session.address if self.pane.session is not None else super().subject

    def tell(self, detail: Detail) -> None:
        self.show()

    def show(self) -> None:
        """Show the sessions as they are now."""
        self.pane.tell(self.items)

    def why_not_open(self) -> str | None:
        return "There is no session under the cursor." if self.pane.session is None else None

    def open(self) -> None:
        if (session := self.pane.session) is not None:
            self._screen.app.push_screen(screen_for(self._screen.kit, session))
