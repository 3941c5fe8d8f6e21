"""What the form of a rerun asks: what may be kept, and what is kept unless somebody says otherwise."""

from __future__ import annotations

from odw_core.model.workflow import Kept
from odw_tui.present.start_inputs import AGAIN, EVERYTHING, FAILED_ONLY, FROM, FROM_A_STEP, Input, with_repeat

GIVEN = (Input("goal", "goal", "What for."),)
STEPS = ("plan", "work-api")


def asked(
    kept: Kept, steps: tuple[str, ...], *, is_repeat: bool = True, is_done: bool = False
) -> list[tuple[str, tuple[str, ...], str]]:
    found = with_repeat(GIVEN, steps, kept, is_repeat=is_repeat, is_done=is_done)
    assert found[-1:] == GIVEN
    return [(one.name, one.choices, one.default) for one in found[:-1]]


def test_a_run_with_steps_is_done_again_whole_or_from_one_of_them() -> None:
    assert asked(Kept.STEPS, STEPS) == [
        (AGAIN, (EVERYTHING, FAILED_ONLY, FROM_A_STEP), EVERYTHING),
        (FROM, STEPS, "plan"),
    ]
    assert asked(Kept.STEPS, ()) == []


def test_of_a_batch_scenarios_are_kept_and_no_steps_are_needed() -> None:
    assert asked(Kept.SCENARIOS, ()) == [(AGAIN, (EVERYTHING, FAILED_ONLY), EVERYTHING)]
    assert asked(Kept.SCENARIOS, (), is_repeat=False) == []


def test_a_campaign_that_stopped_keeps_what_landed_unless_somebody_says_otherwise() -> None:
    assert asked(Kept.REPOSITORIES, STEPS) == [(AGAIN, (EVERYTHING, FAILED_ONLY), FAILED_ONLY)]
    assert asked(Kept.REPOSITORIES, STEPS, is_done=True) == [(AGAIN, (EVERYTHING, FAILED_ONLY), EVERYTHING)]
    assert asked(Kept.REPOSITORIES, ()) == []
