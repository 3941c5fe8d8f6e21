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


@pytest.mark.parametrize(
    "name",
    [
        *(".gitlab-ci.yml", ".ci/check", "a/.husky/pre-commit", "Jenkinsfile", "docker/Dockerfile.prod", "Makefile"),
        *("web/.env.local", ".npmrc", ".pypirc", "tests/conftest.py", "web/package.json", "setup.py", "Cargo.toml"),
        *("go.mod", "requirements.txt", "requirements-dev.txt", "db/migrations/1.sql", "migration/1.sql", "auth/a.py"),
        *("src/security/a.py", "secret/a", "secrets/a"),
    ],
)
def test_files_that_build_configure_or_guard_a_repository_want_a_look(name: str) -> None:
    assert risk_of(PLAIN, [name], []) == f"it touches {name}"


@pytest.mark.parametrize(
    "name",
    [
        *("src/makefile.py", "src/conftest.pyc", "package.json.md", "authors/a.py", "author.py", "docs/setup.py.md"),
        *("my-package.json", "requirements/more.md", "insecurity/a.py", "src/environment.py"),
    ],
)
def test_files_that_only_sound_like_them_want_none(name: str) -> None:
    assert risk_of(PLAIN, [name], []) == ""


def test_three_names_are_enough() -> None:
    names = [f"{letter}/go.mod" for letter in "abcd"]
    assert risk_of(PLAIN, names[:3], []) == "it touches a/go.mod, b/go.mod, c/go.mod"
    assert risk_of(PLAIN, names, []) == "it touches a/go.mod, b/go.mod, c/go.mod and 1 more"


def test_what_a_person_overruled_comes_first() -> None:
    assert risk_of(PLAIN, [], ["slow"], ["x"]) == "1 blocker overruled; the reviewers name 1 risk: slow"
    assert risk_of(PLAIN, [], [], ["x", "y"]) == "2 blockers overruled"


def test_four_hundred_lines_are_not_many() -> None:
    assert risk_of(b"+x\n" * 400, [], []) == ""
    assert risk_of(b"+x\n" * 401, [], []) == "it changes 401 lines"
