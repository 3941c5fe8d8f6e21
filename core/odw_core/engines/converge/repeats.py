"""Repeats: what is said of calls that runs of ours made once more for a plan. Pure; their files are foreign text."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.diagnose.causes import cause_of
from odw_core.engines.converge.acc import RepeatAcc, RunAcc
from odw_core.model.cause import Cause, Proof
from odw_core.model.detail import Notice
from odw_core.text.ansi import one_line

STREAM = "repeated"
"""The whole stderr of the last such call."""


def repeats_of(acc: RunAcc, repo: str, number: int | None = None) -> list[RepeatAcc]:
    """Calls that were made once more for one repo, in one round or in any, the oldest first."""
    return [one for one in acc.repeats if one.repo == repo and number in (None, one.round)]


def repeat_words(one: RepeatAcc) -> str:
    """What came of it, in one line."""
    how = "Codex answered" if one.is_answered else "no plan" if not one.exit else f"exit {one.exit}"
    model = f" with {one_line(one.model, 60)}" if one.model else ""
    said = f": {one.cause}" if one.cause and not one.is_answered else ""
    return f"repeated{model}, {how}{said} (whole stderr: {one.bytes:,} bytes, odw:{one.run})"


def repeat_cause(one: RepeatAcc) -> Cause | None:
    """Why it failed once more; None when it did not, or when nobody knows."""
    if one.is_answered or not one.cause:
        return None
    return cause_of(one.cause, file=one.path, first_line=one.line, what="repeated: planning failed")


def repeat_notices(acc: RunAcc) -> Iterator[Notice]:
    """One notice each, with the line that says why."""
    for one in acc.repeats:
        words = f"{one_line(one.repo, 120)}, round {one.round}: {repeat_words(one)}"
        yield Notice(words, not one.is_answered, Proof(one.path, one.line, one.cause or STREAM))
