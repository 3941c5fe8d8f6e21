"""The palette: everything that can be done on the screen below, found by typing, from the registry of actions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from odw_tui import actions
from odw_tui.actions import Action
from odw_tui.kit import Kit
from odw_tui.panes.footer import Footer
from odw_tui.present.spans import Line, Span, Spans, left, spans
from odw_tui.screens.base import ActionScreen
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.row_list import RowList
from odw_tui.widgets.sheet import Sheet

_LABEL = 20
_KEY = 12


def found_actions(offered: Sequence[Action], text: str) -> tuple[Action, ...]:
    """Those that hold every typed word; where a word begins the label, it comes first."""
    words = text.casefold().split()
    fitting = [one for one in offered if all(word in f"{one.label} {one.help}".casefold() for word in words)]
    fitting.sort(key=lambda one: not (words and one.label.casefold().startswith(words[0])))
    return tuple(fitting)


class _Choices:
    """Actions as rows."""

    def __init__(self, offered: Sequence[Action], kit: Kit, context: str, why_not: Callable[[str], str | None]) -> None:
        self._actions = tuple(offered)
        self._kit, self._context, self._why_not = kit, context, why_not

    def __len__(self) -> int:
        return len(self._actions)

    def head(self, width: int) -> Spans | None:
        return None

    def identity(self, index: int) -> Hashable | None:
        return self._actions[index].id

    def index_of(self, identity: Hashable) -> int | None:
        return next((place for place, one in enumerate(self._actions) if one.id == identity), None)

    def version(self, index: int) -> object:
        return self._actions[index].id

    def line(self, index: int, width: int, *, has_cursor: bool) -> Spans:
        one, signs = self._actions[index], self._kit.signs
        reason = self._why_not(one.id)
        key = self._kit.keymap.shown(self._context, one.id, ascii_only=signs.is_ascii)
        return spans(
            Span(f"{signs.cursor} " if has_cursor else "  ", "accent"),
            Span(left(one.label, _LABEL), "faint" if reason else ""),
            Span(left(key, _KEY), "faint" if reason else "strong"),
            Span(reason or one.help, "quiet"),
        )


class PaletteScreen(ActionScreen):
    """Asks for one action and lets the screen below do it."""

    CONTEXT: ClassVar[str] = actions.PALETTE

    def __init__(self, kit: Kit, below: ActionScreen) -> None:
        super().__init__(kit)
        self._below = below
        self._below_context = below.context
        self._editor = LineEditor()
        self._head = Sheet(id="head")
        self._list = RowList(thumb=kit.signs.thumb, id="rows")
        self._footer = Footer(kit.keymap, kit.signs)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list
        yield self._footer

    def on_mount(self) -> None:
        self._edit(LineEditor())
        line = Line((Span("enter", "strong"), Span(" do it   ", "quiet"), *self._close_hint()))
        self._footer.fill(lambda width, height: (line,))

    def type_key(self, key: str, character: str | None) -> bool:
        match key:
            case "up" | "ctrl+p":
                self._list.move(-1)
            case "down" | "ctrl+n":
                self._list.move(1)
            case "enter":
                self.call_later(self._do)
            case _:
                editor = self._editor.pressed(key, character)
                if editor is None:
                    return False
                self._edit(editor)
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._edit(self._editor.with_typed(event.text))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        self.call_later(self._do)

    def flash(self, text: str, tone: str = "strong") -> None:
        self._footer.say(text, tone)

    def do_back(self) -> None:
        self.app.pop_screen()

    async def _do(self) -> None:
        """Close, then do what was chosen where it belongs."""
        chosen = self._list.cursor
        if isinstance(chosen, str):
            self.app.pop_screen()
            await self._below.act(chosen)

    def _edit(self, editor: LineEditor) -> None:
        self._editor = editor
        prompt = spans(Span("do ", "quiet"), *editor.shown(self.kit.signs.caret))
        offered = [one for one in actions.actions_in(self._below_context) if one.id != "palette"]
        found = found_actions(offered, editor.text)
        nothing = Span("" if found else "nothing is called that", "quiet")
        self._head.show((Line(prompt, spans(nothing)), Line()))
        self._list.show(_Choices(found, self.kit, self._below_context, self._below.why_not))
        self._list.to_first()

    def _close_hint(self) -> Spans:
        key = self.kit.keymap.shown(self.CONTEXT, "back")
        return (Span(key, "strong"), Span(" close", "quiet")) if key else ()
