"""The form of a start as a value: what is asked, what a key changes, and what would be sent."""

from __future__ import annotations

from dataclasses import replace

from drivers import samples
from odw_core.config import Config
from odw_core.model.address import Address
from odw_core.model.command import Start
from odw_core.model.item import Item, State
from odw_core.model.workflow import SCENARIO_BATCH, traits
from odw_core.service.starting import OFFERED
from odw_core.state.driving import NATIVE
from odw_tui.present.start_inputs import AFTER, FOLDER
from odw_tui.start_form import StartForm
from odw_tui.widgets.line_editor import LineEditor

RUN = Address("odw", "odw-exec-1795219643792-4237")


def form(*items: Item, planned: Start | None = None, again: Item | None = None) -> StartForm:
    planned = planned or Start(OFFERED[0], {}, "/work/shop")
    return StartForm(Config(), "/home/ada", lambda: items, planned, again)


def put(form: StartForm, name: str, text: str) -> None:
    while form.here.name != name:
        form.move(1)
    form.edit(LineEditor(text, len(text)))


def test_what_is_typed_is_what_would_be_sent() -> None:
    start = form()
    assert not start.is_touched
    put(start, "prompt", "add a queue")
    assert start.is_touched
    assert (start.start.workflow, start.start.given, start.start.workspace) == (
        OFFERED[0],
        {"prompt": "add a queue"},
        "/work/shop",
    )
    assert "--set 'prompt=add a queue'" in start.command(start.start, "/work/shop")


def test_a_tilde_is_the_home() -> None:
    start = form()
    put(start, FOLDER, "~/shop")
    assert start.folder == "/home/ada/shop"
    put(start, FOLDER, "~ada")
    assert start.folder == "~ada"


def test_the_inputs_go_round() -> None:
    start = form()
    names = [one.name for one in start.inputs]
    begun = start.here.name
    for _ in names:
        start.move(1)
    assert start.here.name == begun
    start.move(-1)
    assert start.here.name == names[names.index(begun) - 1]


def test_another_workflow_asks_for_its_own_inputs_in_the_same_folder() -> None:
    start = form()
    put(start, "prompt", "add a queue")
    assert start.take_next_workflow()
    assert (start.workflow, start.folder) == (OFFERED[1], "/work/shop")
    assert "prompt" not in start.start.given


def test_a_run_of_ours_that_goes_on_can_be_waited_for() -> None:
    going = replace(samples.item(address=RUN), driver=NATIVE, parent=None, state=State.RUNNING)
    start = form(going, replace(going, address=Address("odw", "over"), state=State.DONE))
    while start.here.name != AFTER:
        start.move(1)
    assert len(start.here.choices) == 2
    start.choose(1)
    assert start.start.after == RUN


def test_what_is_run_again_says_only_what_was_changed() -> None:
    again = replace(samples.item(address=RUN), driver=NATIVE, state=State.DONE)
    start = form(again=again)
    known = Start(OFFERED[0], {"prompt": "add a queue", "sandbox": "read-only"}, "/work/shop", parent=RUN, home="/h")
    start.repeat(known, ())
    put(start, "prompt", "add two")
    assert (start.start.parent, start.start.home) == (RUN, "/h")
    said = start.command(start.start, "/work/shop")
    assert "prompt=add two" in said
    assert "sandbox" not in said
    assert not start.take_next_workflow(), "what ran natively runs natively again"


def test_what_a_person_agrees_to_is_sent_where_it_can_be_asked() -> None:
    agreed = traits(SCENARIO_BATCH).agreed
    assert agreed is not None
    assert not form().agree(agreed[1])
    batch = form(planned=Start(SCENARIO_BATCH, {}, "/work/shop"))
    assert agreed[1] not in batch.start.given
    assert batch.agree(agreed[1])
    assert batch.start.given[agreed[1]] is True
