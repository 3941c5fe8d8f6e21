"""Calls of agents in words: what is known of each, and never a time that is none."""

from __future__ import annotations

from dataclasses import replace

from odw_core.model.coordination import AgentCall
from odw_tui.headless.drawing import Look
from odw_tui.headless.show_calls import call_lines
from odw_tui.present.calls import call_facts, clock, command_line
from odw_tui.present.glyphs import UNICODE

PLAIN = Look(UNICODE, 0.0, "/home/ada", None, lambda tone, text: text)
CALL = AgentCall(
    key="plan-api-r1",
    round=1,
    attempt=2,
    argv=("codex", "exec", "-m", "gpt 5"),
    model="gpt-5",
    has_schema=True,
    sandbox="read-only",
    started_at=1_795_000_000.0,
    duration_s=12.0,
    exit_code=0,
    stderr="attempts/plan-api-r1-2/stderr.log",
    cause="",
)


def test_everything_that_is_known_of_a_call_is_said_and_nothing_else() -> None:
    began = f"began {clock(CALL.started_at)}"
    assert call_facts(CALL) == ["gpt-5", "read-only", "with a schema", began, "took 12s", "exit 0"]
    bare = replace(CALL, model=None, has_schema=False, sandbox="", started_at=None, duration_s=None, exit_code=None)
    assert call_facts(bare) == []
    assert command_line(CALL) == "codex exec -m 'gpt 5'"


def test_a_time_that_is_none_is_not_shown() -> None:
    assert [clock(at) for at in (None, 1e300, float("nan"))] == ["", "", ""]


def test_show_has_a_row_for_each_call_and_names_what_was_run_once() -> None:
    other = replace(CALL, key="plan-web-r1", exit_code=None, has_schema=False)
    head, first, second, ran = ("".join(text for text, _ in line) for line in call_lines((CALL, other), PLAIN))
    assert head.split() == ["CALL", "TRY", "MODEL", "SANDBOX", "SCHEMA", "BEGAN", "TOOK", "EXIT", "STDERR"]
    assert first.split() == [
        "plan-api-r1", "2", "gpt-5", "read-only", "yes", clock(CALL.started_at), "12s", "0", CALL.stderr,
    ]  # fmt: skip
    assert second.split()[4:] == ["no", clock(CALL.started_at), "12s", UNICODE.absent, CALL.stderr]
    assert ran.split() == ["run", "as", "codex", "exec", "-m", "'gpt", "5'"]
    assert list(call_lines((), PLAIN)) == []
