"""The rules of the house that no import can break: who may animate, write escape sequences, print and exit."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("core/odw_core", "tui/odw_tui", "themes/odw_themes")
MODULES = [path.relative_to(ROOT).as_posix() for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
STYLES = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tui").rglob("*.tcss"))]

FOLDERS = {"tui", "core", "docs", "themes", "tests", "screenshots"}
FILES = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "AGENTS.md"}

MOTION = "tui/odw_tui/motion"
TERMINAL = "tui/odw_tui/terminal"
CLI = "tui/odw_tui/cli"

Rule = Callable[[ast.AST], bool]


def tree_of(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text("utf-8"))


def broken(rule: Rule, *, except_in: tuple[str, ...] = ()) -> list[str]:
    """Where a rule is broken, as ``file:line``; a name in ``except_in`` stands for a module or a package."""
    return [
        f"{module}:{getattr(node, 'lineno', 0)}"
        for module in MODULES
        if not module.startswith(tuple(f"{name}{end}" for name in except_in for end in (".py", "/")))
        for node in _run_as_library(tree_of(module))
        if rule(node)
    ]


def _run_as_library(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node but those below ``if __name__ == "__main__"``, where a process of its own begins."""
    for node in tree.body:
        if not (isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)):
            yield from ast.walk(node)


def called(node: ast.AST) -> str:
    """``sys.exit`` for a call of it, and so on; empty for everything that is no call."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_only_motion_animates() -> None:
    def animates(node: ast.AST) -> bool:
        if called(node).endswith((".animate", ".set_loading")):
            return True
        return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).endswith(
            ("LoadingIndicator", "auto_refresh", "Spinner")
        )

    assert broken(animates, except_in=(MOTION,)) == []


def test_no_stylesheet_moves_or_blinks() -> None:
    moving = re.compile(r"[\s;{]transition\s*:|\bblink\b")
    assert [style for style in STYLES if moving.search((ROOT / style).read_text("utf-8"))] == []


def test_only_terminal_writes_escape_sequences() -> None:
    def escapes(node: ast.AST) -> bool:
        if called(node) in ("os.write", "sys.stdout.write", "sys.__stdout__.write", "sys.__stderr__.write"):
            return True
        return isinstance(node, ast.Constant) and any(sign in _text(node.value) for sign in ("\x1b", "\x9b"))

    # core/text reads them, so that nobody else ever meets one; the demo's processes tell each other that they are done;
    # what a run leaves, and the log of decisions, are files that are written through their descriptors.
    files = ("core/odw_core/runs", "core/odw_core/decide/audit.py")
    assert broken(escapes, except_in=(TERMINAL, CLI, "core/odw_core/text", "core/odw_core/demo", *files)) == []


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_only_the_command_line_prints_and_exits() -> None:
    def prints_or_exits(node: ast.AST) -> bool:
        if called(node) in ("print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort"):
            return True
        return isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc)

    assert broken(prints_or_exits, except_in=(CLI,)) == []


def test_nobody_waits_in_a_way_that_may_not_hear_a_cancel() -> None:
    """``asyncio.wait_for`` of Python 3.11 loses a cancel that comes when what it waits for is done (CPython #86296)."""

    def waits(node: ast.AST) -> bool:
        return called(node) == "asyncio.wait_for"

    assert broken(waits) == []


def test_only_one_module_reaches_a_layer_above_its_own() -> None:
    """What is imported by name, the contracts of layers do not see."""

    def by_name(node: ast.AST) -> bool:
        return called(node) in ("importlib.import_module", "import_module", "__import__")

    assert broken(by_name, except_in=("core/odw_core/runs/above",)) == []


def test_foreign_text_is_never_parsed_as_markup() -> None:
    def parses(node: ast.AST) -> bool:
        if called(node).endswith((".from_markup", "render_markup", "Content.from_rich_text")):
            return True
        return isinstance(node, ast.keyword) and node.arg == "markup" and ast.unparse(node.value) == "True"

    assert broken(parses, except_in=()) == []


def test_colours_come_from_the_theme() -> None:
    literal = re.compile(r":[^;{}]*(#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bansi_[a-z]+)")
    assert [style for style in STYLES if literal.search((ROOT / style).read_text("utf-8"))] == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_owns_in_at_most_three_lines(module: str) -> None:
    tree = tree_of(module)
    words = ast.get_docstring(tree)
    if not tree.body and Path(module).name == "__init__.py":
        return
    assert words is not None
    assert len(words.splitlines()) <= 4, "one sentence or two, a blank line between them at most"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_needs_no_banners(module: str) -> None:
    banner = re.compile(r"^\s*#\s*([-=#*~])\1")
    assert [line for line in (ROOT / module).read_text("utf-8").splitlines() if banner.match(line)] == []


def test_what_many_parameters_say_is_a_value() -> None:
    def takes_too_much(node: ast.AST) -> bool:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        given = [one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        return len([one for one in given if one not in ("self", "cls")]) > 9

    assert broken(takes_too_much) == []


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [module for module in MODULES if Path(module).stem in names] == []


def test_the_top_of_the_repository_holds_what_belongs_there() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if tracked.returncode != 0:
        pytest.skip("this is no git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= FOLDERS | FILES
