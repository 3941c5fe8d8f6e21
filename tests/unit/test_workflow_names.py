"""What is known of workflows by their names holds for the workflows themselves."""

from __future__ import annotations

import pytest

from odw_core.model.workflow import WORKFLOWS, traits
from odw_core.runs.workflow import load_workflow
from odw_core.service.starting import OFFERED, input_keys, twins
from odw_core.workflows.scenario_batch.checks.place import NEVER_FORCED


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_is_found_by_its_name(name: str) -> None:
    assert load_workflow(name).name == name


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_can_be_agreed_to_is_a_check_that_is_never_forced_and_an_input(name: str) -> None:
    agreed = traits(name).agreed
    if agreed is not None:
        assert agreed[0] in NEVER_FORCED and agreed[1] in input_keys(name)


def test_upstreams_program_comes_before_its_native_twin_from_either_side() -> None:
    pair = ("converge-coordinate", "coordinate")
    assert twins("coordinate") == twins("converge-coordinate") == pair
    assert twins("session") == ("session",)
    assert all(traits(traits(name).twin).twin == name for name in WORKFLOWS if traits(name).twin)


def test_a_call_is_repeated_from_its_plan_and_no_empty_form_begins_it() -> None:
    assert set(WORKFLOWS) - set(OFFERED) == {"converge-repeat"}
    assert OFFERED[0] == "session"
