"""Blockers: plain sentences of upstream, parsed into path, line, symbol and task, and followed through the rounds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.parallel_review_apply.blocker import Blocker, Fate, blocker_of, blockers_of
from odw_core.workflows.parallel_review_apply.review import Review
from odw_core.workflows.parallel_review_apply.task import Task

CORE = Task("core", ("src/clamp.js",), "x")
CLI = Task("cli", ("bin/clamp.js",), "x")
BATCH = (CORE, CLI)
DIFFS = {
    "core": "--- /dev/null\n+++ b/src/clamp.js\n@@ -0,0 +1,2 @@\n+export function clamp(v, lo, hi) {\n+}\n",
}


@pytest.mark.parametrize(
    ("text", "path", "line", "symbol", "task"),
    [
        (
            "src/clamp.js:2 clamp ignores the lower bound when lo > hi",
            "src/clamp.js",
            2,
            "clamp",
            "core",
        ),
        (
            "bin/clamp.js:2 CLI exits 0 on a missing argument but the contract says exit 2",
            "bin/clamp.js",
            2,
            None,
            "cli",
        ),
        ("bin/clamp.js line 12 must not exit", "bin/clamp.js", 12, None, "cli"),
        ("bin/clamp.js (line 7) must not exit", "bin/clamp.js", 7, None, "cli"),
        ("bin/clamp.js#L9 must not exit", "bin/clamp.js", 9, None, "cli"),
        ("clamp drops NaN", None, None, "clamp", "core"),
        ("`parseArgs` is never called", None, None, "parseArgs", None),
        ("other/file.py:14 is wrong", "other/file.py", 14, None, None),
        ("it is slow on 1.5 GB", None, None, None, None),
        ("`src/clamp.js` (line 2): `clamp` swaps its bounds", "src/clamp.js", 2, "clamp", "core"),
        ("In lines 2-4 of src/clamp.js, clamp() is never bounded", "src/clamp.js", 2, "clamp", "core"),
        (
            "BLOCKER 3 [contract]: bin/clamp.js#L7 calls readArgs(), which is missing",
            "bin/clamp.js",
            7,
            "readArgs",
            "cli",
        ),
        ("[bin/clamp.js](bin/clamp.js#L7) must not exit", "bin/clamp.js", 7, None, "cli"),
        ("lib/extra.js is imported and nobody made it", "lib/extra.js", None, None, None),
        ("", None, None, None, None),
    ],
)
def test_a_sentence_says_where_and_whose(
    text: str, path: str | None, line: int | None, symbol: str | None, task: str | None
) -> None:
    found = blocker_of(text, BATCH, diffs=DIFFS, reviewer="correctness", round_number=2)
    assert found == Blocker(text, path, line, symbol, "correctness", task, 2)


def test_the_path_with_a_line_is_the_place() -> None:
    assert blocker_of("bin/clamp.js breaks src/clamp.js:3", BATCH).path == "src/clamp.js"


def test_blockers_come_in_the_order_of_the_reviewers() -> None:
    reviews = (Review("a", "reject", "", ("one", "two")), Review("b", "approve"), Review("c", "reject", "", ("one",)))
    found = blockers_of(reviews, BATCH, {}, 1)
    assert [(one.reviewer, one.text, one.fate) for one in found] == [
        ("a", "one", Fate.OPEN),
        ("a", "two", Fate.OPEN),
        ("c", "one", Fate.OPEN),
    ]


def test_a_blocker_is_the_same_in_every_round_and_another_of_another_reviewer() -> None:
    one, later = blocker_of("x", BATCH, reviewer="a"), blocker_of("x", BATCH, reviewer="a", round_number=3)
    assert one.id == later.id
    assert blocker_of("x", BATCH, reviewer="b").id != one.id


def test_a_blocker_is_plain_json() -> None:
    said = json.loads(json.dumps(blocker_of("clamp drops NaN", BATCH, diffs=DIFFS).as_json()))
    assert (said["fate"], said["symbol"], said["task"], said["round"]) == ("open", "clamp", "core", 1)
    assert len(said["id"]) == 12


@given(st.text() | st.lists(st.sampled_from(["src/clamp.js", ":3", " ", "line 4", "clamp", "/", "."])).map("".join))
def test_any_text_is_a_blocker(text: str) -> None:
    found = blocker_of(text, BATCH, diffs={"core": text, **DIFFS})
    assert found.text == text
    assert found.id
    assert found.task in (None, "core", "cli")
