"""What engines hand over, an error message or the tail of a stderr, becomes a cause with its line and its fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.diagnose.causes import cause_of
from odw_core.diagnose.signatures import TABLE
from odw_core.text.ansi import plain

# As Converge logs it: the last characters of a stderr, begun anywhere.
SEED = """\
Codex planning failed (model=gpt-5.3-codex, exit=1). stderr_tail=tion layer, nothing unusual to report here
trace 295: loading configuration layer, nothing unusual to report here
trace 296: loading configuration layer, nothing unusual to report here
ERROR codex_core::rollout: failed to record session
ERROR failed to create session directory under /home/dev/.codex/sessions/2026/02/12
Error: Fatal error: Codex cannot access session files at /home/dev/.codex/sessions (permission denied)
Caused by: Permission denied (os error 13)"""

RECORDED = """\
Codex planning failed (model=gpt-5.3-codex, exit=1). stderr_tail=2026-11-21T00:12:56.784015Z ERROR \
codex_rollout::recorder: rollout writer failed for \
/home/dev/.codex/sessions/2026/11/21/rollout-2026-11-21T00-12-56-01a1.jsonl; will be retried: \
Permission denied (os error 13); error_kind=PermissionDenied; raw_os_error=Some(13)
2026-11-21T00:12:56.784116Z ERROR codex_core::session: failed to record rollout items: thread-store internal error: \
Permission denied (os error 13)"""


@pytest.mark.parametrize("text", [SEED, RECORDED])
def test_planning_failed_because_the_sessions_folder_is_not_writable(text: str) -> None:
    cause = cause_of(text, file="stdout.log", first_line=7)
    assert cause is not None
    assert cause.sentence == "planning failed because the sessions folder is not writable"
    assert cause.kind == "codex_home_not_writable"
    assert "/home/dev/.codex/sessions" in cause.fix
    assert cause.proof is not None
    assert cause.proof.file == "stdout.log"
    assert cause.proof.text in text
    assert cause.proof.text == text.split("\n")[cause.proof.line - 7]
    assert "Permission denied (os error 13)" in cause.proof.text


def test_a_tail_that_was_cut_in_the_middle_of_its_cause_still_has_one() -> None:
    cut = RECORDED[RECORDED.index("/.codex/sessions") :]
    cause = cause_of(cut, what="planning failed")
    assert cause is not None
    assert cause.sentence == "planning failed because the sessions folder is not writable"


@pytest.mark.parametrize(
    ("message", "kind", "sentence"),
    [
        ("The '' model is not supported when using Codex", "model_empty", "the model name is empty"),
        (
            "The 'gpt-9' model is not supported when using Codex with a ChatGPT account.",
            "model_unsupported",
            "the account's plan does not have the model gpt-9",
        ),
        (
            "exceeded retry limit, last status: 429 Too Many Requests",
            "rate_limited",
            "the provider gets too many requests",
        ),
        (
            "Codex planning model unavailable (model=gpt-5.3-codex, exit=1). stderr_tail=ERROR: no",
            "model_not_found",
            "planning failed because the model gpt-5.3-codex does not exist or is not open to this account",
        ),
        (
            "Codex CLI not found at 'codex'",
            "codex_not_found",
            "planning failed because the program codex was not found",
        ),
        ("OSError: [Errno 28] No space left on device", "disk_full", "the disk is full"),
        (
            "Error: EACCES: permission denied, open '/x/outputs/scenario_001.md'",
            "PERMISSION",
            "/x/outputs/scenario_001.md could not be read or written",
        ),
        ("codex exec: node 3: bash: frob: command not found", "command_missing", "the command frob was not found"),
    ],
)
def test_a_message_has_its_class_and_its_sentence(message: str, kind: str, sentence: str) -> None:
    cause = cause_of(message)
    assert cause is not None
    assert (cause.kind, cause.sentence) == (kind, sentence)
    assert cause.fix


def test_what_nobody_knows_has_no_cause() -> None:
    assert cause_of("") is None
    assert cause_of("AssertionError: expected 3 apples") is None
    assert cause_of("Reading additional input from stdin...\nwarning: Codex could not find bubblewrap on PATH.") is None


def test_what_failed_can_be_said() -> None:
    cause = cause_of("403 Forbidden", what="the review failed")
    assert cause is not None
    assert cause.sentence == "the review failed because the provider refuses access"


def test_of_a_very_long_text_the_end_is_looked_at_and_its_lines_keep_their_numbers() -> None:
    cause = cause_of("quiet line\n" * 50_000 + "Quota exceeded", first_line=11)
    assert cause is not None
    assert cause.proof is not None
    assert cause.proof.line == 50_011


def test_a_warning_counts_only_where_nothing_is_worse() -> None:
    warning = "Model metadata for `gpt-4o` not found. Defaulting to fallback metadata"
    alone, beside = cause_of(warning), cause_of(f"{warning}\nQuota exceeded")
    assert alone is not None
    assert alone.is_warning
    assert beside is not None
    assert beside.kind == "quota_exceeded"


# The order within a scenario: EMPTY_MODEL > MODEL_MISMATCH > PERMISSION > EXEC_ENOENT > MCP_SCHEMA > NO_FILE

IN_ORDER = (
    "unexpected status 400: The '' model is not supported when using Codex with a ChatGPT account.",
    "MODEL_MISMATCH: gpt-4o seen, gpt-5-codex expected",
    "could not write outputs/scenario_002.md: Permission denied",
    "ERROR codex_core::exec: exec error: No such file or directory (os error 2)",
    "1 validation error for CallToolResult\ncontent\n  Field required",
    "NO_FILE: outputs/scenario_002.md is missing",
)
KINDS = ("model_empty", "model_rerouted", "PERMISSION", "command_or_cwd_missing", "MCP_SCHEMA", "NO_FILE")


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_what_comes_earlier_in_the_order_explains_what_comes_later(first: int) -> None:
    cause = cause_of("\n".join(reversed(IN_ORDER[first:])))
    assert cause is not None
    assert cause.kind == KINDS[first]
    assert not cause.is_warning


@given(st.text(), st.lists(st.sampled_from([part for row in TABLE for marks in row.marks for part in marks])))
def test_no_text_raises_and_the_proof_is_safe(text: str, parts: list[str]) -> None:
    cause = cause_of("\n".join((text, *parts)))
    if cause is not None and cause.proof is not None:
        assert plain(cause.proof.text) == cause.proof.text
        assert "{" not in cause.sentence


def test_every_row_can_be_said_without_knowing_its_details() -> None:
    for row in TABLE:
        assert row.because
        assert not row.because.endswith(".")
        assert row.fix.endswith(".")
        assert not row.is_warning or "warning" not in row.because
