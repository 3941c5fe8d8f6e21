"""What README.md says is what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from drivers.readme import README, TABLES, renewed
from odw_core import __version__, errors

ROOT = README.parent
TEXT = README.read_text("utf-8")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_of_the_readme_equals_the_code(name: str) -> None:
    assert TABLES[name]() in TEXT, "run .ci/docs"


def test_the_readme_has_nothing_that_the_code_does_not_say() -> None:
    assert renewed(TEXT) == TEXT, "run .ci/docs"


def test_every_error_ends_with_a_documented_exit_code() -> None:
    codes = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type)}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    assert codes <= documented


def test_one_line_installs_and_opens_the_demo_and_one_installs_and_tests() -> None:
    lines = re.findall(r"^python3 -m venv .*$", TEXT, re.MULTILINE)
    assert [line.rsplit("&&", 1)[1].split() for line in lines] == [
        [".venv/bin/odw-tui", "demo"],
        [".venv/bin/python", "-m", "pytest"],
    ]


def test_every_file_that_the_documents_point_to_is_there() -> None:
    for document in ("README.md", "AGENTS.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text("utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{document} points to {target}"


def test_every_path_of_the_repository_map_is_there() -> None:
    text = (ROOT / "AGENTS.md").read_text("utf-8")
    named = set(re.findall(r"`((?:core|tui|themes|tests|screenshots|\.ci)/[\w./-]*)`", text))
    assert len(named) > 20
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_the_changelog_tells_of_the_present_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert version == __version__
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_nothing_that_is_documented_points_outside(tmp_path: Path) -> None:
    for document in ("README.md", "AGENTS.md", "CHANGELOG.md"):
        assert re.findall(r"\]\((?:/|\.\./)", (ROOT / document).read_text("utf-8")) == []
