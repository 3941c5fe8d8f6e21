"""The batch pane in words: how far, when it ends, causes with their scenarios, what was missed, tidy columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from drivers.batch_panes import NOW, running
from odw_core.model.batch import Batch, scenarios
from odw_tui.present.batch import Keys, batch_rows, batch_text, group_at, scenario_at
from odw_tui.present.glyphs import glyphs
from odw_tui.present.spans import Line, width_of

SIGNS = glyphs(ascii_only=False)
KEYS = Keys("enter", "5", "p")


def batch() -> Batch:
    found = running().batch
    assert found is not None
    return found


def words(line: Line, width: int) -> str:
    """A line as it stands in so many cells, if it fits."""
    left, right = "".join(one.text for one in line.left), "".join(one.text for one in line.right)
    return f"{left}{' ' * max(width - width_of(line.left) - width_of(line.right), 1)}{right}".rstrip()


def rows(of: Batch, width: int = 100, now: float = NOW) -> list[str]:
    made = (line if isinstance(line, Line) else line() for _, line in batch_rows(of, SIGNS, now, width))
    return [words(line, width) for line in made]


def text(of: Batch, key: str) -> str:
    return "\n".join(words(line, 100) for line in batch_text(of, key, SIGNS, NOW, KEYS))


def test_the_first_line_says_how_far_it_is_and_when_it_will_be_over() -> None:
    clock = datetime.fromtimestamp(NOW + 50).strftime("%H:%M")
    (first, *_) = rows(batch())
    assert first.startswith("3 of 6 done   ━━━━━━━━━━━━────────────") and first.endswith(f"left, over at {clock}")
    first, second, *_ = rows(batch(), 46)
    assert first.endswith("─") and second == f"about 50s left, over at {clock}"


def test_one_that_takes_longer_promises_nothing() -> None:
    assert rows(batch(), now=NOW + 500)[0].endswith("at work longer than the others, 20s each")


def test_every_root_cause_names_its_scenarios_and_what_followed_is_named_as_such() -> None:
    shown = rows(batch())
    assert [one.split()[1] for one in shown[3:6]] == [
        "EMPTY_MODEL",
        "MODEL_MISMATCH",
        "MCP_SCHEMA",
    ]
    assert next(one for one in shown if "EMPTY_MODEL" in one).endswith("scenario 2")
    assert any("MCP_SCHEMA   cascade of EMPTY_MODEL" in one for one in shown)


def test_a_cause_that_came_more_often_than_in_each_of_its_scenarios_is_counted() -> None:
    known = batch()
    often = replace(known.groups[0], scenarios=(1, 2, 3, 7), count=40)
    shown = rows(replace(known, groups=(often,)))
    assert any(one.endswith("scenarios 1–3, 7   40 times") for one in shown)


@pytest.mark.parametrize(
    ("indexes", "said"),
    [
        ([3], "scenario 3"),
        ([1, 2, 3, 7], "scenarios 1–3, 7"),
        ([1, 3, 5, 7, 8, 9], "scenarios 1, 3, 5 and 3 more"),
        ([*range(1, 20_000, 2)], "scenarios 1, 3, 5 and 9,997 more"),
    ],
)
def test_scenarios_are_named_in_stretches_and_never_without_end(indexes: list[int], said: str) -> None:
    assert scenarios(indexes, 3) == said


def test_status_model_and_time_of_all_scenarios_stand_below_each_other() -> None:
    listed = rows(batch(), 100)
    third, second = (next(one for one in listed if title in one) for title in ("transfer 3", "transfer 2"))
    assert "gpt-4o" in third and "failed" in second and third.endswith("20s") and second.endswith("20s")
    first = next(one for one in listed if "transfer 1" in one)
    assert first.index("gpt-5-codex") == third.index("gpt-4o")


def test_in_a_narrow_list_only_a_model_that_nobody_asked_for_is_named() -> None:
    shown = rows(batch(), 46)
    assert any("transfer 3" in one and "gpt-4o" in one for one in shown)
    assert not any("gpt-5-codex" in one for one in shown)


def test_whose_output_is_missing_is_a_list_of_its_own() -> None:
    shown = rows(batch())
    at = shown.index("output missing   1")
    assert shown[at + 1].split() == ["2", "outputs/scenario_002.md"]
    assert shown[-1].endswith("and 2 more to come")


def test_a_cause_in_full_is_its_sentence_its_line_its_fix_and_where_it_hit() -> None:
    said = text(batch(), "group 0")
    for part in ("EMPTY_MODEL", "the model name was empty in scenario 2", "fix ", ".log:5", "2  transfer 2", "enter"):
        assert part in said


def test_a_scenario_in_full_names_the_keys_to_its_records_answer_and_prompt() -> None:
    said = text(batch(), "scenario 3")
    assert "gpt-4o, not gpt-5-codex" in said and "outputs/scenario_003.md" in said
    assert "enter tool calls, records, diagnoses   5 answer   p prompt" in said


def test_keys_of_rows_lead_to_what_they_show() -> None:
    known = batch()
    assert scenario_at(known, "missing 2") is known.scenarios[1]
    assert group_at(known, "group 0") is known.groups[0] and group_at(known, "group 9") is None
    assert scenario_at(known, "") is None


def test_foreign_text_stays_on_its_line_and_out_of_the_terminal() -> None:
    known = batch()
    odd = replace(known.scenarios[0], title="a\x1b[31m [red]b[/red]\u202e\nmore", status="OK", model="\x1b]0;x\x07gpt")
    for one in rows(replace(known, scenarios=(odd,))):
        assert "\x1b" not in one and "\n" not in one and "\u202e" not in one
    assert any("[red]b[/red]" in one for one in rows(replace(known, scenarios=(odd,))))


def test_a_batch_of_nothing_says_so_without_an_end() -> None:
    empty = Batch(0, None, "", (), (), None, 1, None)
    assert rows(empty)[0].startswith("0 of ? done")
    assert rows(empty)[-2:] == ["scenarios", "none has begun"]


def long_batch(count: int) -> Batch:
    """A batch of so many scenarios, every third without its file."""
    known = batch()
    (fine, failed) = (next(one for one in known.scenarios if one.status == status) for status in ("OK", "FAILED"))
    many = (replace(failed if index % 3 == 0 else fine, index=index) for index in range(1, count + 1))
    group = replace(known.groups[0], scenarios=tuple(range(3, count + 1, 3)))
    return replace(known, scenarios=tuple(many), done=count, total=count + 1000, groups=(group,))


def test_the_numbers_of_thousands_stand_below_each_other() -> None:
    shown = rows(long_batch(2_000))
    first = shown.index("scenarios") + 1
    assert shown[first].startswith("✓    1  transfer 1") and shown[first + 1999].startswith("✓ 2000  transfer 1")
    assert shown[-1] == "·        and 1,000 more to come" or shown[-1].endswith("  and 1,000 more to come")


def test_what_is_missing_of_thousands_leaves_the_scenarios_in_reach() -> None:
    shown = rows(long_batch(2_000))
    assert shown.index("scenarios") < 40
    assert "output missing   666" in shown and any(one.strip() == "and 647 more, marked below" for one in shown)
    assert "and 566 more" in text(long_batch(2_000), "group 0")


def test_a_scenario_that_nobody_sees_is_no_line_yet() -> None:
    made = batch_rows(long_batch(2_000), SIGNS, NOW, 100)
    assert sum(isinstance(line, Line) for _, line in made) < 40
