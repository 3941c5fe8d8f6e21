"""AskLineScreen: one line that is typed over whatever is on the screen, for one purpose. Decides nothing itself."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from odw_tui.keymap import key_name
from odw_tui.kit import Kit
from odw_tui.present.spans import Line, Span, spans
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.paint import TONE_CLASSES


class AskLineScreen(ModalScreen[str | None], inherit_bindings=False):
    """Dismissed with the text, or with None when the person left it. ``must_be`` takes no other text."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    ALLOW_SELECT: ClassVar[bool] = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONE_CLASSES)
    CSS_PATH: ClassVar[str] = "ask_line.tcss"

    def __init__(
        self, kit: Kit, sign: str, lines: tuple[Line, ...], hint: str, text: str = "", *, must_be: str = ""
    ) -> None:
        super().__init__(classes="-ascii" if kit.signs.is_ascii else None)
        self._kit, self._sign, self._lines, self._hint = kit, sign, lines, hint
        self._must_be = must_be
        self._editor = LineEditor(text, len(text))
        self._said = ""
        self._sheet = FittedSheet(id="asked-line")

    @property
    def typed(self) -> str:
        """What is typed so far."""
        return self._editor.text

    def compose(self) -> ComposeResult:
        yield self._sheet

    def on_mount(self) -> None:
        self._sheet.styles.height = len(self._lines) + 3
        self._show()

    def _show(self) -> None:
        typed = spans(Span(self._sign, "strong"), *self._editor.shown(self._kit.signs.caret))
        news = Span(self._said, "blocked") if self._said else Span(self._hint, "quiet")
        lines = (*self._lines, Line(typed, (), 1, len(self._sign)), Line((news,)))
        self._sheet.fill(lambda width, height: lines)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self._said = ""
        match key := key_name(event.key, event.character):
            case "escape" | "ctrl+c":
                self.dismiss(None)
                return
            case "enter":
                text = self._editor.text.strip()
                if self._must_be and text != self._must_be:
                    self._said = f"Type {self._must_be} to do it, or esc to leave it."
                elif not text:
                    self._said = "Nothing is typed yet; esc leaves it."
                else:
                    self.dismiss(text)
                    return
            case _:
                self._editor = self._editor.pressed(key, event.character) or self._editor
        self._show()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._editor = self._editor.with_typed(event.text)
        self._show()
