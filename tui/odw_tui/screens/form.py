"""FormScreen: a screen that is typed into. Letters are letters there, and what was typed is not lost by one key."""

from __future__ import annotations

from odw_tui.kit import Kit
from odw_tui.screens.footed import FootedScreen
from odw_tui.widgets.line_editor import LineEditor

_LEAVE_AGAIN = "What you typed would be lost; esc again leaves."
_NEW_LINE = ("enter", "ctrl+j", "alt+enter", "shift+enter")


class FormScreen(FootedScreen):
    """Whoever derives from it says what is typed into, and takes what was typed."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self._is_leaving = self._is_sending = False

    @property
    def _editor(self) -> LineEditor | None:
        """What is typed into; None where something is chosen instead."""
        raise NotImplementedError

    @property
    def _would_lose(self) -> bool:
        """Whether leaving loses anything."""
        raise NotImplementedError

    def _edit(self, editor: LineEditor) -> None:
        """Take what was typed."""
        raise NotImplementedError

    def _new_line(self, editor: LineEditor) -> bool:
        """Enter was pressed; False where it is a key as any other."""
        raise NotImplementedError

    def type_key(self, key: str, character: str | None) -> bool:
        self._said = ""
        if key != "escape":
            self._is_leaving = False
        is_letter = character is not None and character.isprintable()
        editor = self._editor
        if editor is None:
            # Nothing is typed here, and a letter must not mean what it means on other screens.
            return is_letter and key != "space"
        if not is_letter and self.kit.keymap.action(self.CONTEXT, key) is not None:
            return False
        if key in _NEW_LINE and self._new_line(editor):
            return True
        pressed = editor.pressed(key, character)
        if pressed is None:
            return False
        self._edit(pressed)
        return True

    def do_back(self) -> None:
        if self._would_lose and not self._is_leaving:
            self._is_leaving = True
            self.flash(_LEAVE_AGAIN)
            return
        self.app.pop_screen()
