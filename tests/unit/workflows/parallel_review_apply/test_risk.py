"""What of a candidate wants a person's eyes although every reviewer approved."""

from __future__ import annotations

import pytest

from odw_core.workflows.parallel_review_apply.risk import risk_of

PLAIN = b"diff --git a/src/a.py b/src/a.py\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-1\n+2\n"


def test_a_small_change_of_a_plain_file_is_no_risk() -> None:
    assert risk_of(PLAIN, ["src/a.py"], []) == ""


@pytest.mark.parametrize(
    ("patch", "files", "risks", "said"),
    [
        (PLAIN, ["src/a.py"], ["it drops a table"], "the reviewers name 1 risk: it drops a table"),
        (b"deleted file mode 100644\n", ["a.py"], [], "it deletes 1 file"),
        (b"new file mode 100755\n", ["run.sh"], [], "it makes a program or a link"),
        (b"GIT binary patch\n", ["logo.png"], [], "it changes bytes that nobody can read"),
        (PLAIN, ["pyproject.toml"], [], "it touches pyproject.toml"),
        (PLAIN, [".github/workflows/ci.yml"], [], "it touches .github/workflows/ci.yml"),
        (PLAIN + b"+x\n" * 500, ["src/a.py"], [], "it changes 504 lines"),
    ],
)
def test_each_risk_is_named(patch: bytes, files: list[str], risks: list[str], said: str) -> None:
    assert risk_of(patch, files, risks) == said


def test_many_risks_are_one_sentence() -> None:
    said = risk_of(b"deleted file mode 100644\n", ["a/auth/b.py"], ["slow", "wide"])
    assert said == "the reviewers name 2 risks: slow; it deletes 1 file; it touches a/auth/b.py"
