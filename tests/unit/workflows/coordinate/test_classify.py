"""Classification: statements C1 to C7, and what is better than them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.coordination import FOLDER, tree
from odw_core.workflows.coordinate.classify import Evidence, classify, evidence_of, evidence_value
from odw_core.workflows.coordinate.tree import Seen, Tree
from odw_core.workflows.coordinate.walking import walk


def test_c2_an_absent_path_is_told_as_upstream_tells_it() -> None:
    found = classify(Tree("ghost", "/ghost", exists=False))
    assert (found.exists, found.kind, found.signals) == (False, "unknown", ())
    assert found.constraints == ("repo path not found",)


def test_c2_a_file_is_no_repository_and_says_so() -> None:
    found = classify(Tree("notes.txt", "/notes.txt", exists=True, is_folder=False))
    assert not found.exists
    assert "is a file" in found.constraints[0]
    assert "not found" in found.constraints[0], "the word by which readers know a blocker"


def test_c3_signals_are_markers_at_the_root_in_their_order_and_case() -> None:
    found = classify(tree("README.md", "package.json", "requirements.txt", "pyproject.toml", "sub/go.mod"))
    assert found.signals == ("pyproject.toml", "requirements.txt", "package.json", "README.md")
    assert classify(tree("readme.md", "Package.json")).signals == ()


def test_c3_projects_of_dotnet_are_signals_at_the_root_alone_by_their_names() -> None:
    assert classify(tree("Shop.sln", "App.csproj", "src/Web.csproj")).signals == ("App.csproj", "Shop.sln")
    assert classify(tree("src/Web.csproj", "src/a.cs")).signals == ("csharp_sources",)


def test_c5_what_was_not_seen_is_evidence_too() -> None:
    def said(paths: tuple[str, ...] = (), skipped: tuple[str, ...] = (), *, is_cut: bool = False) -> tuple[str, ...]:
        return classify(Tree("shop", "/shop", True, tuple(Seen(one, 0) for one in paths), is_cut, skipped)).evidence

    assert said() == ("no files",)
    assert said(("LICENSE", "notes.txt")) == ("no source files among 2 files",)
    assert said(("a.py",)) == ("1 Python file, such as a.py",)
    assert said(("A.PY", "b.py")) == ("2 Python files, such as A.PY",)
    assert said(("a.py",), ("dist", "venv", "build"))[-1] == "not looked into: dist, venv, build"
    assert said(("a.py",), ("dist", "venv", "build", "x", "y"))[-1] == "not looked into: dist, venv, build and 2 more"
    assert said(("a.py",), is_cut=True)[-1] == "only the first 1 files were looked at"


def test_c5_files_that_most_repositories_hold_name_a_kind_only_by_themselves() -> None:
    assert classify(tree("a.sh", "b.sh", "c.sql", "main.go")).kind == "go"
    assert classify(tree("a.sh", "b.sh", "c.sql")).kind == "shell"
    assert classify(tree("py", "src/py")).kind == "unknown", "a name without a dot has no ending"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (["pyproject.toml", "package.json", "a.js", "b.js"], "python"),
        (["requirements.txt"], "python"),
        (["package.json", "a.py"], "node"),
        (["go.mod", "main.go", "package.json"], "go"),
        (["Cargo.toml", "src/lib.rs"], "rust"),
        (["pom.xml"], "java"),
        (["build.gradle.kts", "a.kt"], "kotlin"),
        (["Gemfile"], "ruby"),
        (["composer.json"], "php"),
        (["shop.sln"], "csharp"),
        (["Shop.csproj"], "csharp"),
        (["Package.swift"], "swift"),
        (["mix.exs"], "elixir"),
        (["CMakeLists.txt", "a.cpp"], "cpp"),
        (["requirements.txt", "go.mod", "a.go", "b.go"], "go"),
    ],
)
def test_c4_a_manifest_names_the_kind(files: list[str], kind: str) -> None:
    assert classify(tree(*files)).kind == kind


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (["src/a.py", "src/b.ts"], "python"),
        (["a.ts", "b.tsx", "c.py"], "node"),
        (["a.mjs", "b.cjs", "c.jsx"], "node"),
        (["core/a.rs", "core/b.rs", "x.py"], "rust"),
        (["a.c", "a.h", "run.sh"], "c"),
        (["run.sh", "all.sh"], "shell"),
        (["notes.txt"], "unknown"),
        ([], "unknown"),
    ],
)
def test_c5_without_a_manifest_sources_are_counted(files: list[str], kind: str) -> None:
    found = classify(tree(*files))
    assert found.kind == kind
    assert found.signals == (() if kind == "unknown" else (f"{kind}_sources",))


def test_c5_counts_and_examples_are_the_evidence() -> None:
    found = classify(tree("src/b.py", "src/c.py", "web/a.ts"))
    assert found.languages == (("python", 2), ("node", 1))
    assert "2 Python files, such as src/b.py" in found.evidence
    assert "1 Node file, such as web/a.ts" in found.evidence


def test_c6_a_cut_look_is_said() -> None:
    found = classify(Tree("shop", "/shop", True, (Seen("a.py", 1),), is_cut=True, skipped=("node_modules",)))
    assert "only the first 1 files were looked at" in found.evidence
    assert "not looked into: node_modules" in found.evidence


def test_c7_constraints_are_upstreams_words_and_never_empty() -> None:
    assert classify(tree("pyproject.toml", "README.md")).constraints == (
        "Python project detected",
        "Repository documentation found",
    )
    assert classify(tree("package.json")).constraints == ("Node project detected",)
    assert classify(tree("a.go")).constraints == ("Go source files detected",)
    assert classify(tree("notes.txt")).constraints == ("No obvious constraints detected",)


def test_upstream_knows_three_types() -> None:
    kinds = {name: classify(tree(name)).upstream_type for name in ("pyproject.toml", "package.json", "go.mod", "x")}
    assert kinds == {"pyproject.toml": "python", "package.json": "node", "go.mod": "unknown", "x": "unknown"}


RECORDED = [
    (name, repo)
    for name in (
        "three-rounds-three-repos",
        "missing-repo",
        "name-collision",
        "contract-blockers",
        "hitl-without-questions",
    )
    for repo in json.loads(next((FOLDER / name).glob("project/.converge/runs/*/constraints.json")).read_text())["repos"]
]


@pytest.mark.parametrize(("name", "repo"), RECORDED, ids=[f"{name}-{repo['path']}" for name, repo in RECORDED])
def test_recorded_repositories_are_told_as_upstream_told_them(name: str, repo: dict[str, Any]) -> None:
    found = classify(walk(repo["path"], FOLDER / name / "project" / repo["path"]))
    assert [found.path, found.exists, found.upstream_type] == [repo["path"], repo["exists"], repo["repo_type"]]
    assert [list(found.signals), list(found.constraints)] == [repo["signals"], repo["constraints"]]


def test_the_seeds_unknown_repository_is_known_by_its_sources() -> None:
    found = classify(walk("src/converge", FOLDER / "codex-fail-fallback" / "project" / "src" / "converge"))
    assert found.kind == "rust"
    assert found.signals == ("rust_sources",)


@given(st.lists(st.text(max_size=20), unique=True, max_size=30), st.booleans())
def test_any_names_are_classified_and_come_back_from_the_journal(names: list[str], is_cut: bool) -> None:
    found = classify(Tree("shop", "/shop", True, tuple(Seen(name, 1) for name in names), is_cut))
    assert found.constraints
    assert evidence_of(json.loads(json.dumps(evidence_value(found)))) == found


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner), max_leaves=5))
def test_a_journal_that_says_anything_gives_some_evidence(said: object) -> None:
    assert isinstance(evidence_of(dict.fromkeys(evidence_value(Evidence("", True, "go")), said)), Evidence)
