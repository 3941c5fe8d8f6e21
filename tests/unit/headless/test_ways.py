"""ways: every decision of a question has one command, written as it is typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers import samples
from odw_core.model.address import Address
from odw_core.model.question import Choice, Field, Question, Road
from odw_tui.headless.ways import ways

ASKED = replace(samples.question(Address("odw", "run")), id="3f9a", kind="approval", fields=(), road=Road.SERVER)
FEEDBACK = Field("feedback", "what has to change", is_optional=True)
OVERRULE = Field("overrule", "blockers you overrule", (Choice("1. x"),), is_optional=True, takes_several=True)
PICK, WORDS = Field("which", "Which", (Choice("a"), Choice("b"))), Field("why", "Why")


@pytest.mark.parametrize(
    ("question", "commands"),
    [
        (
            replace(ASKED, decisions=("accept", "acceptForSession", "decline", "cancel")),
            ["approve 3f9a", "approve 3f9a --as acceptForSession", "reject 3f9a", "reject 3f9a --as cancel"],
        ),
        (
            replace(ASKED, kind="gate", decisions=("approve", "reject", "add_round", "stop"), fields=(FEEDBACK,)),
            ["approve 3f9a", "reject 3f9a --reason TEXT", "reject 3f9a --as add_round", "reject 3f9a --as stop"],
        ),
        (replace(ASKED, kind="plan", decisions=("approve", "stop")), ["approve 3f9a", "reject 3f9a"]),
        (replace(ASKED, kind="question", decisions=("answer",), fields=(PICK,)), ["answer 3f9a --choice N"]),
        (replace(ASKED, kind="question", decisions=("answer",), fields=(WORDS,)), ["answer 3f9a --text TEXT"]),
        (replace(ASKED, kind="question", decisions=("answer",), fields=(PICK, WORDS)), ["answer 3f9a --json FILE"]),
        (
            replace(ASKED, decisions=("accept", "deny these amendment")),
            ["approve 3f9a", "reject 3f9a --as 'deny these amendment'"],
        ),
    ],
)
def test_each_decision_has_its_command(question: Question, commands: list[str]) -> None:
    assert [*ways(question)] == [f"odw-tui {command}" for command in commands]


def test_what_a_file_may_hold_is_shown_as_it_is_written() -> None:
    fields = (FEEDBACK, OVERRULE, Field("prompt:core", "core"))
    gate = replace(ASKED, kind="gate", decisions=("approve",), fields=fields)
    assert [*ways(gate)][-1] == '  with --json FILE for {"overrule": [1], "prompt:core": "…"}'


def test_what_cannot_be_decided_here_has_no_command() -> None:
    assert [*ways(replace(ASKED, road=Road.NONE, decisions=("accept",)))] == []
