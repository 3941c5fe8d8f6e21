"""A review-and-apply run follows eight rules of preflight, seven of repair selection, and what twenty recorded runs
taught: each has a test that bears its name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[3]
# Start in milliseconds and process of each run, as its id has them.
RUNS = [
    "1780505513941-97703",
    "1780507859710-45655",
    "1780510655854-15704",
    "1780512381288-43153",
    "1780513476465-57923",
    "1780514257522-79981",
    "1780514812502-99690",
    "1780515008596-9952",
    "1780518366711-1253",
    "1780519403300-26020",
    "1780519926354-29730",
    "1780520642507-54665",
    "1780521870647-88709",
    "1780523246667-9602",
    "1780524017351-26812",
    "1780525079576-47490",
    "1780525853321-53849",
    "1780527063497-83594",
    "1780530747351-12325",
    "1780530282012-8494",
]


@cache
def sources() -> str:
    """Every test that could be meant, one after the other."""
    found = (path for part in ("unit", "service") for path in sorted((TESTS / part).rglob("test_*.py")))
    return "\n".join(path.read_text() for path in found if path != Path(__file__))


@pytest.mark.parametrize("number", range(1, 9))
def test_every_rule_of_preflight_has_a_test_of_its_name(number: int) -> None:
    assert re.search(rf"def test_(?:[a-z]\d_)*p{number}_\w+\(", sources())


@pytest.mark.parametrize("number", range(1, 8))
def test_every_rule_of_repair_selection_has_a_test_of_its_number(number: int) -> None:
    assert f"4.3-{number}" in sources()


@pytest.mark.parametrize("run", RUNS)
def test_what_each_recorded_run_taught_has_a_test_that_names_it(run: str) -> None:
    assert run in sources()
