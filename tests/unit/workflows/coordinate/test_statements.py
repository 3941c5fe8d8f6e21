"""A coordination follows 37 numbered statements: each, or what is done better, has a test that bears its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SERVICE = HERE.parents[2] / "service"
LAST = {"c": 7, "p": 6, "a": 9, "k": 9, "d": 6}
STATEMENTS = [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_has_a_test_of_its_name(statement: str) -> None:
    sources = [*HERE.glob("test_*.py"), *SERVICE.glob("test_coordinate*.py")]
    named = re.compile(rf"def test_(?:[a-z]\d_)*{statement}_\w+\(")
    assert any(named.search(source.read_text()) for source in sources)
