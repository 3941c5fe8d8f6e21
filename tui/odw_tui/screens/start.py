"""StartScreen: what to start, with which input, and what stands against it, before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult

from odw_core.diagnose.doctor.check import worst_first
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.model.command import Outcome, Start
from odw_core.model.item import Item, State
from odw_core.model.workflow import traits
from odw_core.service.starting import OFFERED, input_keys, input_schema, reuse_of, twins, workspaces
from odw_core.state.driving import NATIVE
from odw_core.text.ansi import one_line
from odw_tui import actions
from odw_tui.kit import Kit
from odw_tui.present.command_line import command_line
from odw_tui.present.places import at_home
from odw_tui.present.spans import Line, Span, height_of, spans
from odw_tui.present.start_checks import check_lines, fitting_checks
from odw_tui.present.start_form import form_rows, input_lines, kinds
from odw_tui.present.start_inputs import (
    AFTER,
    AGAIN,
    AT_ONCE,
    FAILED_ONLY,
    FOLDER,
    FROM,
    FROM_A_STEP,
    GOAL,
    SOURCE,
    SOURCES,
    Input,
    given_of,
    has_rare,
    inputs_of,
    shown_inputs,
    source_of,
    with_repeat,
    with_runs,
)
from odw_tui.present.typed_values import YES, typed
from odw_tui.screens.ask_line import AskLineScreen
from odw_tui.screens.form import FormScreen
from odw_tui.widgets.fitted_sheet import FittedSheet
from odw_tui.widgets.line_editor import LineEditor
from odw_tui.widgets.sheet import Sheet
from odw_tui.wishes import receipt_words

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check

_TITLE = 40
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
_AT_WORK = (State.RUNNING, State.WAITING, State.STALE)


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
        self._repeats: Address | None = None
        self._home: str | None = None
        self._workflow = OFFERED[0]
        self._kept: dict[str, object] = {}
        """Inputs that are not asked: the session that is gone on with."""
        self._carried: dict[str, object] = {}
        """What was given so far, by whichever way it is started."""
        self._all: tuple[Input, ...] = ()
        """Every input that there is; ``_inputs`` are those that are asked as the others stand."""
        self._repeated: Mapping[str, object] = {}
        self._steps: tuple[str, ...] = ()
        self._runs: dict[str, Address] = {}
        """What a run that could be waited for is called, to where it is."""
        self._is_whole = False
        self._editors: dict[str, LineEditor] = {}
        self._name = ""
        """The input that is typed into."""
        self._checks: tuple[Check, ...] = ()
        self._models: tuple[str, ...] = ()
        self._is_touched = False
        self._head = Sheet(id="head")
        self._form = FittedSheet(id="form")
        self._found = FittedSheet(id="checks")
        self._command = Sheet(id="same")
        if planned is None:
            self._take(OFFERED[0], {}, self._first_folder())
        else:
            self._home = planned.home
            self._take(planned.workflow, planned.given, planned.workspace)

    # ---- what is asked

    def _first_folder(self) -> str:
        """Where a person most likely wants to start: where the run they look at works, else the first workspace."""
        item = self._again
        if item is not None:
            return item.folder or item.place
        places = workspaces(self.kit.service.snapshot().places)
        return places[0] if places else str(Path.cwd())

    def _take(self, workflow: str, given: dict[str, object], folder: str) -> None:
        """Ask for the inputs of this workflow; what is given stands in them already."""
        self._workflow = workflow
        self._runs = self._to_wait_for()
        is_done = self._again is None or self._again.state is State.DONE
        asked_for = inputs_of(input_schema(workflow, self.kit.config), folder)
        is_repeat, kept = self._repeats is not None, traits(workflow).kept
        inputs = with_repeat(asked_for, self._steps, kept, is_repeat=is_repeat, is_done=is_done)
        self._all = with_runs(inputs, [*self._runs])
        known = {name: typed(value) for name, value in given.items() if value is not None}
        if any(one.name == SOURCE for one in self._all):
            known[SOURCE] = source_of(given)
            if given.get("tasks") and (told := next((given[one] for one in SOURCES[:-1] if given.get(one)), None)):
                known[GOAL] = typed(told)
        asked = {one.name for one in self._all}
        self._kept = {name: value for name, value in given.items() if name not in asked and name != "cwd" and value}
        self._editors = {one.name: LineEditor(text := known.get(one.name, one.default), len(text)) for one in self._all}
        self._name = next((one.name for one in self._inputs if not one.choices), self._inputs[0].name)

    def _to_wait_for(self) -> dict[str, Address]:
        """Runs of ours that are not over."""
        items = self.kit.service.snapshot().items.values()
        going = [one for one in items if one.driver == NATIVE and one.parent is None and one.state in _AT_WORK]
        return {f"after {one_line(one.title, _TITLE)} ({one.address.item[-6:]})": one.address for one in going}

    @property
    def _typed(self) -> dict[str, str]:
        return {name: editor.text for name, editor in self._editors.items()}

    @property
    def _inputs(self) -> tuple[Input, ...]:
        return shown_inputs(self._all, self._typed, is_whole=self._is_whole)

    @property
    def _input(self) -> Input:
        inputs = self._inputs
        return next((one for one in inputs if one.name == self._name), inputs[0])

    @property
    def folder(self) -> str:
        """The folder as it is typed, with the home in full."""
        typed = self._editors[FOLDER].text.strip()
        return self.kit.home + typed[1:] if typed == "~" or typed.startswith("~/") else typed

    @property
    def start(self) -> Start:
        """What would be sent."""
        told = self._typed
        given = {**given_of(shown_inputs(self._all, told, is_whole=True), told), **self._kept}
        return Start(
            self._workflow,
            given,
            self.folder,
            parent=self._repeats,
            home=self._home,
            after=self._runs.get(told.get(AFTER, AT_ONCE)),
            reuse=reuse_of(is_failed_only=told.get(AGAIN) == FAILED_ONLY, step=self._step),
        )

    @property
    def _step(self) -> str | None:
        """The step from which everything is done again."""
        told = self._typed
        return told[FROM] if told.get(AGAIN) == FROM_A_STEP else None

    # ---- showing

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._form
        yield self._found
        yield self._command
        yield self._footer

    def on_mount(self) -> None:
        self._show()
        self.run_worker(self._prepare(), name="prepare a start")

    async def _prepare(self) -> None:
        if self._again is not None and not self._is_touched:
            try:
                known = await self.kit.service.repeated(self._again.address)
            except OdwError as error:
                self.flash(one_line(str(error), 300))
                return
            if known is None:
                self.flash("Nobody knows what it was started with, so it cannot be started again.")
            elif not self._is_touched:
                self._repeats, self._home, self._repeated = known.parent, known.home, known.given
                if known.parent is not None:
                    self._steps = await self.kit.service.steps(known.parent)
                self._take(known.workflow, known.given, known.workspace)
                self._show()
        await self._check()
        self._models = await self.kit.service.models()
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    def _check_later(self) -> None:
        self.run_worker(self._check(), name="check a start", exclusive=True, group="check")

    async def _check(self) -> None:
        checks = await self.kit.service.preflight(self.start)
        # Where they do not all fit on the screen, what is wrong must not be what is cut off.
        self._checks = tuple(worst_first(checks)) if len(checks) > _MANY else checks
        self._show()

    def _show(self) -> None:
        signs = self.kit.signs
        title = "Run again" if self._again is not None else "New run"
        offered_ways = OFFERED if self._again is None else twins(self._workflow)
        names = kinds(offered_ways, self._workflow, self.app.size.width - len(title) - 4)
        self._head.show((Line(spans(Span(title, "strong"), Span("  "), *names)), Line()))
        blocks: list[list[Line]] = []
        here = self._input
        for one in self._inputs:
            offered = self._models if one.name == "model" else ()
            is_here = one.name == here.name
            blocks.append(input_lines(one, self._editors[one.name], signs, is_here=is_here, offered=offered))
        width = max(1, self.app.size.width - 2)
        most = max(_LEAST_FORM, self.app.size.height - _BESIDE_FORM)
        lines = form_rows(blocks, [one.name for one in self._inputs].index(here.name), width, most)
        self._form.fill(lambda width, height: lines)
        self._show_below(Line(spans(Span("  "), Span(here.help, "quiet")), (), 2, 2), height_of(lines, width), width)
        self._show_footer()

    def _show_below(self, about: Line, form_height: int, width: int) -> None:
        """What the input is for, the checks and the command: with space between them, or as close as is needed."""
        checks, signs, start = self._checks, self.kit.signs, self.start
        same = spans(Span("  $ ", "faint"), Span(self._same(start, at_home(start.workspace, self.kit.home)), "faint"))
        whole = (about, Line(), *check_lines(checks, signs))
        roomy = Line(same, (), _MOST_COMMAND, 4)
        is_low = form_height + height_of((*whole, roomy), width) + _BETWEEN > self.app.size.height
        self.set_class(is_low, "-low")
        self._form.styles.height = form_height + (not is_low)
        if is_low:
            self._found.fill(lambda width, height: fitting_checks((about,), checks, signs, width, height))
        else:
            self._found.fill(lambda width, height: whole)
        self._command.show((Line(same, (), _LOW_COMMAND, 4) if is_low else roomy,))

    def _same(self, start: Start, folder: str) -> str:
        """The command that does the same."""
        how = ["--after", str(start.after)] if start.after is not None else []
        if start.parent is None or start.parent.engine != "odw" or start.after is not None:
            return command_line(start.workflow, start.given, folder, how=how)
        how = ["--failed-only"] if start.reuse and self._step is None else []
        how += ["--from", self._step] if self._step is not None else []
        known = self._repeated
        # What the form shows as words may have been given as JSON.
        changed = {
            key: value
            for key, value in start.given.items()
            if known.get(key) != value and (known.get(key) is None or typed(known[key]) != typed(value))
        }
        return command_line(start.workflow, changed, folder, again=str(start.parent), how=how)

    # ---- typing

    @property
    def _editor(self) -> LineEditor | None:
        one = self._input
        return None if one.choices else self._editors[one.name]

    @property
    def _would_lose(self) -> bool:
        return self._is_touched

    def _new_line(self, editor: LineEditor) -> bool:
        if self._input.is_long:
            self._edit(editor.with_line())
        return self._input.is_long

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        editor = self._editor
        if editor is not None:
            self._edit(_with_text(editor, event.text) if self._input.is_long else editor.with_typed(event.text))

    def _edit(self, editor: LineEditor) -> None:
        self._editors[self._input.name] = editor
        self._is_touched = True
        self._show()
        self._check_later()

    def why_not(self, action_id: str) -> str | None:
        if action_id in ("next_choice", "previous_choice") and not self._input.choices:
            return "This is typed, not chosen."
        if action_id == "more_inputs" and not has_rare(self._all):
            return "Everything that can be set is shown."
        return super().why_not(action_id)

    def do_next_input(self) -> None:
        self._step_input(1)

    def _step_input(self, steps: int) -> None:
        names = [one.name for one in self._inputs]
        self._name = names[(names.index(self._input.name) + steps) % len(names)]
        self._show()

    def do_previous_input(self) -> None:
        self._step_input(-1)

    def do_more_inputs(self) -> None:
        self._is_whole = not self._is_whole
        self._show()

    def _choose(self, step: int) -> None:
        one = self._input
        known = self._editors[one.name].text
        at = one.choices.index(known) if known in one.choices else -1
        text = one.choices[(at + step) % len(one.choices)]
        self._edit(LineEditor(text, len(text)))

    def do_next_choice(self) -> None:
        self._choose(1)

    def do_previous_choice(self) -> None:
        self._choose(-1)

    def do_other_workflow(self) -> None:
        if self._again is not None:
            self._other_way()
            return
        name = OFFERED[(OFFERED.index(self._workflow) + 1) % len(OFFERED)]
        self._take(name, {}, self.folder)
        self._show()
        self._check_later()

    def _other_way(self) -> None:
        """What is run again by its own program, natively, or the other way round; what was typed stays."""
        ways = twins(self._workflow)
        if len(ways) < 2 or self._again is None or self._again.driver == NATIVE:
            self.flash("What is run again stays what it was.")
            return
        self._carried |= {**self._kept, **given_of(shown_inputs(self._all, self._typed, is_whole=True), self._typed)}
        other = ways[(ways.index(self._workflow) + 1) % len(ways)]
        known = input_keys(other)
        self._take(other, {key: value for key, value in self._carried.items() if key in known}, self.folder)
        self._show()
        self._check_later()

    # ---- sending

    def do_begin(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            self.run_worker(self._send(), name="start a run")

    async def _send(self) -> None:
        try:
            start = self.start
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
            if words and agrees in self._editors:
                self._editors[agrees] = LineEditor(YES, len(YES))
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
