"""StartScreen: what to start, with which input, and what stands against it, before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult

from odw_core.diagnose.doctor.check import worst_first
from odw_core.errors import OdwError
from odw_core.model.command import Outcome, Start
from odw_core.model.item import Item
from odw_core.model.workflow import traits
from odw_core.service.starting import OFFERED, workspaces
from odw_core.text.ansi import one_line
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.present.places import at_home
from odw_tui.present.receipts import receipt_words
from odw_tui.present.spans import Line, Span, height_of, spans
from odw_tui.present.start_checks import check_lines, fitting_checks
from odw_tui.present.start_form import form_rows, input_lines, kinds
from odw_tui.screens.ask_line import AskLineScreen
from odw_tui.screens.base import ActionScreen
from odw_tui.screens.form import FormScreen
from odw_tui.start_form import StartForm
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check

_MANY = 8
"""Checks that are shown in their own order."""
_CLEAR_WORD = "clear"
"""What is typed by who agrees that something is lost."""
_BESIDE_FORM = 11
"""Rows that the head, the checks and the footer need."""
_LEAST_FORM = 5
_BETWEEN = 8
"""Rows that are no line of the form, a check or the command where there is space: head, line, blanks, footer."""
_MOST_COMMAND, _LOW_COMMAND = 4, 2
_ON_THE_FORM = frozenset(
    ("begin", "next_choice", "previous_choice", "next_input", "previous_input", "other_workflow", "more_inputs")
)


class StartScreen(FormScreen):
    """``again`` is what is started once more, ``planned`` what stands in the form already; ``started`` is told the
    address of the new run."""

    CONTEXT: ClassVar[str] = actions.START
    CSS_PATH: ClassVar[str] = "start.tcss"

    def __init__(
        self,
        kit: Kit,
        again: Item | None = None,
        started: Callable[[str], None] | None = None,
        planned: Start | None = None,
    ) -> None:
        super().__init__(kit)
        self._again, self._started = again, started
        self._form = StartForm(
            kit.config,
            kit.home,
            lambda: kit.service.snapshot().items.values(),
            planned or Start(OFFERED[0], {}, self._first_folder()),
            again,
        )
        self._is_known = again is None or planned is not None
        """Whether what is started again is known; until then nothing can be typed or started."""
        self._checks: tuple[Check, ...] = ()
        self._models: tuple[str, ...] = ()
        self._head = Sheet(id="head")
        self._fields = FittedSheet(id="form")
        self._found = FittedSheet(id="checks")
        self._command = Sheet(id="same")

    def _first_folder(self) -> str:
        """Where a person most likely wants to start: where the run they look at works, else the first workspace."""
        item = self._again
        if item is not None:
            return item.folder or item.place
        places = workspaces(self.kit.service.snapshot().places)
        return places[0] if places else str(Path.cwd())

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._fields
        yield self._found
        yield self._command
        yield self._footer

    def on_mount(self) -> None:
        self._show()
        self.run_worker(self._prepare(), name="prepare a start")

    async def _prepare(self) -> None:
        if self._again is not None and not self._is_known:
            try:
                known = await self.kit.service.repeated(self._again.address)
            except OdwError as error:
                self._give_up(one_line(str(error), 300))
                return
            if known is None:
                self._give_up("Nobody knows what it was started with, so it cannot be started again.")
                return
            steps = await self.kit.service.steps(known.parent) if known.parent is not None else ()
            self._form.repeat(known, steps)
            self._is_known = True
            self._show()
        await self._check()
        self._models = await self.kit.service.models()
        self._show()

    def _give_up(self, sentence: str) -> None:
        """There is nothing to fill in: an empty form would be that of something else."""
        if self.is_on_top:
            below = self.app.screen_stack[-2]
            self.dismiss()
            if isinstance(below, ActionScreen):
                below.flash(sentence)

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    def _check_later(self) -> None:
        self.run_worker(self._check(), name="check a start", exclusive=True, group="check")

    async def _check(self) -> None:
        checks = await self.kit.service.preflight(self._form.start)
        # Where they do not all fit on the screen, what is wrong must not be what is cut off.
        self._checks = tuple(worst_first(checks)) if len(checks) > _MANY else checks
        self._show()

    def _show(self) -> None:
        form, signs = self._form, self.kit.signs
        title = "Run again" if self._again is not None else "New run"
        if not self._is_known:
            self._head.show((Line(spans(Span(title, "strong"))), Line()))
            looking = Line(spans(Span("  Looking up what it was started with.", "quiet")))
            self._fields.fill(lambda width, height: (looking,))
            self._show_footer()
            return
        names = kinds(form.ways, form.workflow, self.app.size.width - len(title) - 4)
        self._head.show((Line(spans(Span(title, "strong"), Span("  "), *names)), Line()))
        blocks: list[list[Line]] = []
        inputs, here = form.inputs, form.here
        for one in inputs:
            offered = self._models if one.name == "model" else ()
            is_here = one.name == here.name
            blocks.append(input_lines(one, form.editor(one.name), signs, is_here=is_here, offered=offered))
        width = max(1, self.app.size.width - 2)
        most = max(_LEAST_FORM, self.app.size.height - _BESIDE_FORM)
        lines = form_rows(blocks, [one.name for one in inputs].index(here.name), width, most)
        self._fields.fill(lambda width, height: lines)
        self._show_below(Line(spans(Span("  "), Span(here.help, "quiet")), (), 2, 2), height_of(lines, width), width)
        self._show_footer()

    def _show_below(self, about: Line, form_height: int, width: int) -> None:
        """What the input is for, the checks and the command: with space between them, or as close as is needed."""
        checks, signs, start = self._checks, self.kit.signs, self._form.start
        command = self._form.command(start, at_home(start.workspace, self.kit.home))
        same = spans(Span("  $ ", "faint"), Span(command, "faint"))
        whole = (about, Line(), *check_lines(checks, signs))
        roomy = Line(same, (), _MOST_COMMAND, 4)
        is_low = form_height + height_of((*whole, roomy), width) + _BETWEEN > self.app.size.height
        self.set_class(is_low, "-low")
        self._fields.styles.height = form_height + (not is_low)
        if is_low:
            self._found.fill(lambda width, height: fitting_checks((about,), checks, signs, width, height))
        else:
            self._found.fill(lambda width, height: whole)
        self._command.show((Line(same, (), _LOW_COMMAND, 4) if is_low else roomy,))

    @property
    def _editor(self) -> LineEditor | None:
        here = self._form.here
        return self._form.editor(here.name) if self._is_known and not here.choices else None

    @property
    def _would_lose(self) -> bool:
        return self._form.is_touched

    def _new_line(self, editor: LineEditor) -> bool:
        is_long = self._form.here.is_long
        if is_long:
            self._edit(editor.with_line())
        return is_long

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        editor = self._editor
        if editor is not None:
            self._edit(_with_text(editor, event.text) if self._form.here.is_long else editor.with_typed(event.text))

    def _edit(self, editor: LineEditor) -> None:
        self._form.edit(editor)
        self._show()
        self._check_later()

    def why_not(self, action_id: str) -> str | None:
        if not self._is_known and action_id in _ON_THE_FORM:
            return "What it was started with is still being looked up."
        if action_id in ("next_choice", "previous_choice") and not self._form.here.choices:
            return "This is typed, not chosen."
        if action_id == "more_inputs" and not self._form.has_rare:
            return "Everything that can be set is shown."
        return super().why_not(action_id)

    def do_next_input(self) -> None:
        self._move(1)

    def do_previous_input(self) -> None:
        self._move(-1)

    def _move(self, steps: int) -> None:
        self._form.move(steps)
        self._show()

    def do_more_inputs(self) -> None:
        self._form.show_more()
        self._show()

    def do_next_choice(self) -> None:
        self._choose(1)

    def do_previous_choice(self) -> None:
        self._choose(-1)

    def _choose(self, steps: int) -> None:
        self._form.choose(steps)
        self._show()
        self._check_later()

    def do_other_workflow(self) -> None:
        if not self._form.take_next_workflow():
            self.flash("What is run again stays what it was.")
            return
        self._show()
        self._check_later()

    def do_begin(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            self.run_worker(self._send(), name="start a run")

    async def _send(self) -> None:
        try:
            start = self._form.start
            checks = await self.kit.service.preflight(start)
            failing = [check for check in checks if check.level.value == "FAIL"]
            if failing:
                self._checks = tuple(worst_first(checks))
                self._show()
                agreed = traits(start.workflow).agreed
                if agreed is not None and [check.id for check in failing] == [agreed[0]]:
                    self._ask_to_clear(failing[0].detail, agreed[1])
                else:
                    self.flash(failing[0].detail)
                return
            receipt = await self.kit.service.submit(start)
        finally:
            self._is_sending = False
        if receipt.outcome is not Outcome.ACCEPTED or receipt.address is None:
            self.flash(*receipt_words(receipt))
            return
        if self._started is not None:
            self._started(str(receipt.address))
        self.app.pop_screen()

    def _ask_to_clear(self, detail: str, agrees: str) -> None:
        """What would be lost is lost for good, so it takes a word, not a key."""

        def typed(words: str | None) -> None:
            if words and self._form.agree(agrees):
                self._show()
                self.do_begin()

        about = Line((Span(one_line(detail, 300), "blocked"),))
        hint = f"type {_CLEAR_WORD} and enter   esc leaves it"
        self.app.push_screen(AskLineScreen(self.kit, "> ", (about,), hint, must_be=_CLEAR_WORD), typed)


def _with_text(editor: LineEditor, text: str) -> LineEditor:
    """With ``text`` put in at the caret, its lines kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    shown = "".join(one for one in lines if one == "\n" or one.isprintable())
    return LineEditor(editor.text[: editor.at] + shown + editor.text[editor.at :], editor.at + len(shown))
