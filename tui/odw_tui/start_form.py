"""StartForm: what is to be started and with which input, as it is typed and chosen. A value without a widget; sends
nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.item import Item, State
from odw_core.model.workflow import traits
from odw_core.service.starting import OFFERED, input_keys, input_schema, reuse_of, twins
from odw_core.state.driving import NATIVE
from odw_core.text.ansi import one_line
from odw_tui.present.command_line import command_line
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
from odw_tui.widgets.line_editor import LineEditor

_TITLE = 40
_SHARED = ("agent", "script", "model", "effort", "request", "spec", "goal")
"""Inputs that mean the same in every workflow in which agents work."""
_AT_WORK = (State.RUNNING, State.WAITING, State.STALE)


class StartForm:
    """``again`` is what is started once more; ``items`` gives those of the room, some of which can be waited for."""

    def __init__(
        self, config: Config, home: str, items: Callable[[], Iterable[Item]], planned: Start, again: Item | None = None
    ) -> None:
        """``planned`` is what stands in it at first."""
        self._config, self._user_home, self._items, self._again = config, home, items, again
        self._repeats: Address | None = None
        self._repeated: Mapping[str, object] = {}
        """What it was given the time before."""
        self._home = planned.home
        self._steps: tuple[str, ...] = ()
        self._kept: dict[str, object] = {}
        """Inputs that are not asked: the session that is gone on with."""
        self._carried: dict[str, object] = {}
        """What was given so far, by whichever way it is started."""
        self._typed_before: dict[str, dict[str, object]] = {}
        """What was typed for each workflow: who looks at another one loses nothing."""
        self._all: tuple[Input, ...] = ()
        """Every input that there is; ``inputs`` are those that are asked as the others stand."""
        self._runs: dict[str, Address] = {}
        """What a run that could be waited for is called, to where it is."""
        self._editors: dict[str, LineEditor] = {}
        self._name = ""
        """The input that is typed into."""
        self._is_whole = False
        self.is_touched = False
        """Whether a person changed anything."""
        self._take(planned.workflow, planned.given, planned.workspace)

    def repeat(self, known: Start, steps: tuple[str, ...]) -> None:
        """It is known by now what was started before, and which steps it has."""
        self._repeats, self._home, self._repeated, self._steps = known.parent, known.home, known.given, steps
        self._take(known.workflow, known.given, known.workspace)

    def _take(self, workflow: str, given: Mapping[str, object], folder: str) -> None:
        """Ask for the inputs of this workflow; what is given stands in them already."""
        self.workflow = workflow
        self._runs = self._to_wait_for()
        is_done = self._again is None or self._again.state is State.DONE
        asked_for = inputs_of(input_schema(workflow, self._config), folder)
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
        self._editors = {one.name: _editor(known.get(one.name, one.default)) for one in self._all}
        self._name = next((one.name for one in self.inputs if not one.choices), self.inputs[0].name)

    def _to_wait_for(self) -> dict[str, Address]:
        """Runs of ours that are not over."""
        going = [one for one in self._items() if one.driver == NATIVE and one.parent is None and one.state in _AT_WORK]
        return {f"after {one_line(one.title, _TITLE)} ({one.address.item[-6:]})": one.address for one in going}

    @property
    def ways(self) -> tuple[str, ...]:
        """The workflows that it can be started as."""
        return OFFERED if self._again is None else twins(self.workflow)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Those that are asked."""
        return shown_inputs(self._all, self._typed, is_whole=self._is_whole)

    @property
    def here(self) -> Input:
        """The input that is typed into or chosen."""
        inputs = self.inputs
        return next((one for one in inputs if one.name == self._name), inputs[0])

    @property
    def has_rare(self) -> bool:
        """Whether there are inputs that few need."""
        return has_rare(self._all)

    def editor(self, name: str) -> LineEditor:
        """What stands in an input."""
        return self._editors[name]

    @property
    def _typed(self) -> dict[str, str]:
        return {name: editor.text for name, editor in self._editors.items()}

    @property
    def _given(self) -> dict[str, object]:
        told = self._typed
        return {**given_of(shown_inputs(self._all, told, is_whole=True), told), **self._kept}

    @property
    def folder(self) -> str:
        """The folder as it is typed, with the home in full."""
        typed = self._editors[FOLDER].text.strip()
        return self._user_home + typed[1:] if typed == "~" or typed.startswith("~/") else typed

    @property
    def start(self) -> Start:
        """What would be sent."""
        told = self._typed
        return Start(
            self.workflow,
            self._given,
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

    def command(self, start: Start, folder: str) -> str:
        """The command that does the same as ``start``, in ``folder`` as it is to be shown."""
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

    def edit(self, editor: LineEditor) -> None:
        """Something else stands in the input."""
        self._editors[self.here.name] = editor
        self.is_touched = True

    def choose(self, steps: int) -> None:
        """Take the choice so many further on."""
        one = self.here
        known = self._editors[one.name].text
        at = one.choices.index(known) if known in one.choices else -1
        self.edit(_editor(one.choices[(at + steps) % len(one.choices)]))

    def move(self, steps: int) -> None:
        """Go to the input so many further on."""
        names = [one.name for one in self.inputs]
        self._name = names[(names.index(self.here.name) + steps) % len(names)]

    def show_more(self) -> None:
        """Ask for everything that can be set, or no more for it."""
        self._is_whole = not self._is_whole

    def agree(self, name: str) -> bool:
        """Say yes in that input; False where there is none."""
        if name in self._editors:
            self._editors[name] = _editor(YES)
        return name in self._editors

    def take_next_workflow(self) -> bool:
        """Ask for the inputs of the next workflow. What is run again by its own program, it can be natively, or the
        other way round, and what was typed stays; False where it stays what it was."""
        ways = self.ways
        other = ways[(ways.index(self.workflow) + 1) % len(ways)]
        if self._again is None:
            told = self._typed_before[self.workflow] = self._given
            known = input_keys(other)
            shared = {*_SHARED} & known if "agent" in known else set()
            fitting = {key: value for key, value in told.items() if key in shared}
            self._take(other, {**self._typed_before.get(other, {}), **fitting}, self.folder)
            return True
        if len(ways) < 2 or self._again.driver == NATIVE:
            return False
        self._carried |= {**self._kept, **self._given}
        known = input_keys(other)
        self._take(other, {key: value for key, value in self._carried.items() if key in known}, self.folder)
        return True


def _editor(text: str) -> LineEditor:
    return LineEditor(text, len(text))
