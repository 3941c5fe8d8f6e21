"""LineEditor: one line of text that a person types, as a value without a widget, so that no fast key goes elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from odw_tui.present.spans import Span, Spans, spans


class LineEditor(NamedTuple):
    """Text with a caret before the character at ``at``. Each key gives the next value."""

    text: str = ""
    at: int = 0

    def pressed(self, key: str, character: str | None) -> LineEditor | None:
        """The text after ``key``; None when the key types and edits nothing."""
        before, after = self.text[: self.at], self.text[self.at :]
        match key:
            case "backspace" | "ctrl+h":
                return LineEditor(before[:-1] + after, max(0, self.at - 1))
            case "delete":
                return LineEditor(before + after[1:], self.at)
            case "left" | "ctrl+b":
                return LineEditor(self.text, max(0, self.at - 1))
            case "right" | "ctrl+f":
                return LineEditor(self.text, min(len(self.text), self.at + 1))
            case "home" | "ctrl+a":
                return LineEditor(self.text, 0)
            case "end" | "ctrl+e":
                return LineEditor(self.text, len(self.text))
            case "ctrl+u":
                return LineEditor(after, 0)
            case "ctrl+k":
                return LineEditor(before, self.at)
            case "ctrl+w" | "alt+backspace" | "ctrl+backspace":
                kept = before.rstrip()
                kept = kept[: kept.rfind(" ") + 1]
                return LineEditor(kept + after, len(kept))
            case _ if character is not None and character.isprintable():
                return self.with_typed(character)
            case _:
                return None

    def with_typed(self, text: str) -> LineEditor:
        """With ``text`` put in at the caret; of pasted lines only what can be shown."""
        shown = "".join(character for character in text.replace("\n", " ") if character.isprintable())
        return LineEditor(self.text[: self.at] + shown + self.text[self.at :], self.at + len(shown))

    def with_line(self) -> LineEditor:
        """With another line begun at the caret."""
        return LineEditor(f"{self.text[: self.at]}\n{self.text[self.at :]}", self.at + 1)

    def shown(self, caret: str) -> Spans:
        """The text with its caret."""
        return spans(Span(self.text[: self.at], "strong"), Span(caret, "strong"), Span(self.text[self.at :], "strong"))
