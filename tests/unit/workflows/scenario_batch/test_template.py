"""The prompt template (S4), names of files (R3), event lines (E1 to E3), the input (S5)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.errors import UsageError
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.workflows.scenario_batch.event_lines import END, START, STATUSES, end_line, start_line
from odw_core.workflows.scenario_batch.statements import Statement
from odw_core.workflows.scenario_batch.template import filled, key_of, named_commands, output_name, template_troubles

ONE = Statement(7, "A {title}", "body with {index} and }", 3)


def test_s4_placeholders_are_filled_in_once() -> None:
    text = "{index}/{total} {title}\n{body}\n{output_path} {{literal}}"
    assert template_troubles(text) == ()
    assert filled(text, ONE, "outputs/scenario_007.md", 9) == (
        "7/9 A {title}\nbody with {index} and }\noutputs/scenario_007.md {literal}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n{topic}", "line 2: {topic} is none of"),
        ("{}", "{} is none of"),
        ("open {", "a single {"),
        ("shut }", "a single }"),
        ("{ title }", "{ title } is none of"),
        ("  \n", "empty"),
    ],
)
def test_s4_what_is_wrong_with_a_template_is_said_with_its_line(text: str, said: str) -> None:
    assert any(said in trouble for trouble in template_troubles(text))


@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_s4_a_template_without_troubles_can_be_filled_in(text: str, title: str, body: str) -> None:
    statement = Statement(1, title, body, 1)
    made = filled(text, statement, "outputs/scenario_001.md", 2)
    if "{" not in text and "}" not in text:
        assert made == text
    template_troubles(text)


def test_the_commands_that_a_prompt_names_are_those_of_its_shell_and_code() -> None:
    text = "Use `jq .title file` and `title`.\n```sh\n$ rg --files\ncd x\n```\n```json\nnothing here\n```\n"
    assert named_commands(text) == ("jq", "rg")


def test_r3_files_have_three_digits_and_more_where_needed() -> None:
    assert [output_name(index) for index in (1, 42, 1000)] == ["scenario_001.md", "scenario_042.md", "scenario_1000.md"]
    assert key_of(3) == "scenario-003"


@given(
    st.floats(0, 4e9),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.sampled_from(STATUSES),
    st.floats(-10, 1e7),
    st.text(max_size=80),
)
def test_e2_any_title_makes_lines_of_the_form(
    at: float, index: int, total: int, status: str, seconds: float, title: str
) -> None:
    begins, ends = (
        START.match(start_line(at, index, total, title)),
        END.match(end_line(at, index, total, status, seconds, title)),
    )
    assert begins is not None and ends is not None
    assert (begins[2], begins[3], begins[4]) == (ends[2], ends[3], ends[6])
    assert ends[4] == status and (int(begins[2]), int(begins[3])) == (index, total)


def test_e3_newlines_and_control_bytes_in_titles_become_spaces() -> None:
    assert start_line(0, 1, 1, "a\nb\x1b[31m\x00c").endswith("START 1/1 a b [31m c")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"max_scenarios": 0}, "max_scenarios"),
        ({"max_scenarios": -1}, "max_scenarios"),
        ({"max_scenarios": 1, "only": [2]}, "not both"),
        ({"outputs": "../else"}, "below the root"),
        ({"outputs": "/tmp"}, "below the root"),
        ({"outputs": "."}, "below the root"),
        ({"outputs": "logs"}, "cleared"),
        ({"outputs": ".git/x"}, "cleared"),
        ({"model": "  "}, "INTERLLM_MODEL"),
        ({"agent": "scripted"}, "script"),
        ({"only": [0]}, "only"),
    ],
)
def test_s5_what_cannot_be_meant_is_a_usage_error(typed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        checked_input(load_workflow("scenario-batch"), typed)


def test_numbers_of_scenarios_are_put_in_order() -> None:
    assert checked_input(load_workflow("scenario-batch"), {"only": ["5", "2", "5"]})["only"] == [2, 5]
