"""Every row of docs/states.md is true: its smallest files, read by the real engine, give that state and sentence."""

from __future__ import annotations

import pytest

from drivers.state_table import DOCUMENT, Case, Row, all_cases, engine_for, read, rows
from odw_core.engines.codex.item import STALE
from odw_core.engines.codex.status import Status
from odw_core.engines.odw.session import _STANDINGS as SESSION_STANDINGS
from odw_core.engines.odw.show_as import ShowAs
from odw_core.engines.registry import ENGINES
from odw_core.model.item import State

TEXT = DOCUMENT.read_text("utf-8")
CASES = all_cases()
ROWS = {(row.section, row.raw, row.when): row for row in rows(TEXT)}


def key_of(case: Case) -> tuple[str, str, str]:
    return case.section, case.raw, case.when


def name_of(case: Case) -> str:
    return "-".join(filter(None, key_of(case))).replace(" ", "_").replace("`", "")


def test_the_table_has_exactly_the_rows_that_are_walked() -> None:
    assert list(ROWS) == [key_of(case) for case in CASES], "run .ci/docs"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_row_is_what_the_engine_says(case: Case) -> None:
    item = read(case, engine_for(case))
    found = Row(case.section, item.raw_state, case.when, item.state.value, item.why)
    assert found == ROWS[key_of(case)]
    assert item.state is State(case.state)


def test_no_word_of_an_engine_is_missing() -> None:
    told = {(section, raw) for section, raw, _ in ROWS}
    assert {("ODW runs", word.value) for word in ShowAs} <= told
    assert {("PandaCode sessions", word) for word in SESSION_STANDINGS} <= told
    assert {("Codex sessions", word) for word in (*(status.value for status in Status), STALE)} <= told


def test_every_engine_of_the_room_has_rows() -> None:
    assert {engine.name for engine in ENGINES} <= {engine_for(case).name for case in CASES}


def test_every_state_has_a_row_and_a_meaning() -> None:
    assert {row.state for row in ROWS.values()} == {state.value for state in State}
    for state in State:
        assert f"| {state.value} | " in TEXT
