"""Why a call failed, and whether it may be tried again."""

from __future__ import annotations

import pytest

from odw_core.agents.cause import cause_of, cause_of_loss, crash_of, is_retryable

LOST = "it worked for 5 s without an end and was ended"


@pytest.mark.parametrize(
    ("said", "kind", "retryable"),
    [
        ("429 Too Many Requests", "rate_limited", True),
        ("Selected model is at capacity. Please try a different model.", "provider_overloaded", True),
        ("stream disconnected before completion: stream closed before response.completed", "stream_disconnected", True),
        ("idle timeout waiting for SSE", "stream_idle_timeout", True),
        ("401 Unauthorized", "auth_invalid", False),
        ("You’ve hit your usage limit. Try again at 9:00.", "usage_limit", False),
        ("Quota exceeded. Check your plan and billing details.", "quota_exceeded", False),
        ("the dog ate it", "unknown", False),
    ],
)
def test_only_what_passes_by_itself_is_tried_again(said: str, kind: str, retryable: bool) -> None:
    cause = cause_of([], said, b"")
    assert cause.kind == kind
    assert is_retryable(cause.kind) is retryable


def test_what_took_too_long_names_the_cause_behind_it_when_one_is_known() -> None:
    assert cause_of_loss(LOST, [], b"").sentence == LOST
    known = cause_of_loss(LOST, ["waiting for network (Connection failed: refused)"], b"")
    assert known.kind == "network_unreachable"
    assert known.sentence == f"the provider cannot be reached ({LOST})", "what is wrong comes first"
    assert not is_retryable(known.kind)


@pytest.mark.parametrize(
    ("code", "stderr", "kind", "sentence"),
    [
        (0, b"", "no_result", "its program ended without a result"),
        (None, b"", "no_result", "its program ended without a result"),
        (-9, b"", "killed", "its program was ended by SIGKILL"),
        (-77, b"", "killed", "its program was ended by signal 77"),
        (2, b"", "unknown", "its program said nothing (exited with 2)"),
        (1, b"\xff\xfe broken", "unknown", "(exited with 1)"),
    ],
)
def test_a_program_that_ends_without_a_word_is_told_by_how_it_ended(
    code: int | None, stderr: bytes, kind: str, sentence: str
) -> None:
    cause = crash_of(code, stderr)
    assert cause.kind == kind
    assert sentence in cause.sentence
