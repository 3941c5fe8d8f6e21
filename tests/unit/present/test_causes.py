"""How often a cause came today: counted among rows, told on the card of the cause."""

from __future__ import annotations

from drivers import plan_samples, samples
from drivers.said import both_sides
from odw_core.model.address import Address
from odw_core.model.item import Item, State
from odw_tui.present.causes import card, times_today

CAUSE = plan_samples.CAUSE


def failed(name: str, cause: str = CAUSE.sentence, age_s: float = 60.0, **fields: object) -> Item:
    given = {"state": State.FAILED, "cause": cause, "changed_at": samples.NOW - age_s, **fields}
    return samples.item(name, **given)  # type: ignore[arg-type]


def times(*items: Item) -> int:
    return times_today(CAUSE, items, samples.NOW)


def test_a_cause_is_the_same_in_its_sentence_and_in_the_words_in_which_it_was_written() -> None:
    assert times(failed("a"), failed("b"), failed("c", "the disk is full")) == 2
    assert times(failed("a"), failed("b", plan_samples.PROOF.text)) == 2


def test_what_failed_before_midnight_or_did_not_fail_is_not_counted() -> None:
    yesterday = 3 * 86_400.0
    assert times(failed("a"), failed("b", age_s=yesterday), failed("c", state=State.DONE)) == 1


def test_a_session_is_counted_by_its_run() -> None:
    assert times(failed("a"), failed("b", parent=Address("odw", "a"))) == 1


def test_the_card_says_how_often_beside_the_fix_and_nothing_of_a_single_time() -> None:
    told = [both_sides(line) for line in card((CAUSE,), times=4)]
    assert told[-1].startswith("fix") and told[-1].endswith(" | same cause 4 times today")
    assert not any("today" in line for line in told[:-1])
    assert not any("today" in both_sides(line) for line in card((CAUSE,), times=1))
