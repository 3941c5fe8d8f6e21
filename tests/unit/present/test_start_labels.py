"""The form of a start: labels that fit, and checks in words that fit beside them."""

from __future__ import annotations

import pytest

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.model.workflow import WORKFLOWS
from odw_core.service.starting import input_schema
from odw_tui.present.glyphs import UNICODE
from odw_tui.present.start_checks import check_lines
from odw_tui.present.start_inputs import inputs_of


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_every_label_leaves_a_space_before_what_is_typed(name: str) -> None:
    labels = [one.label for one in inputs_of(input_schema(name), "/work")]
    assert [label for label in labels if len(label) > 13] == []


def test_what_the_input_misses_is_said_without_what_the_form_shows_anyway() -> None:
    missing = Check("input", "input", Level.FAIL, "coordinate: goal is missing; give it with --set goal=….")
    (line,) = check_lines([missing], UNICODE)
    assert "".join(part.text for part in line.left).strip() == "✗ goal is missing."
