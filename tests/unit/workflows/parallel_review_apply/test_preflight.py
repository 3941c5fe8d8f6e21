"""P1 to P6 before the first agent, each by its category and in its order; P8 before each review."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput
from odw_core.workflows.parallel_review_apply.preflight import Trouble, pre_review, preflight
from odw_core.workflows.parallel_review_apply.task import Task, file_trouble, normal_file


@dataclass(frozen=True)
class Allowed:
    reviewers: tuple[str, ...] = ("correctness", "owner-risk")
    allow_undeclared_task_files: bool = False
    allow_duplicate_task_files: bool = False
    allow_dirty_task_files: bool = False


def task(name: str = "core", *files: str, prompt: str = "do it") -> Task:
    return Task(name, files or (f"src/{name}.js",), prompt)


def trouble(*tasks: Task, dirty: tuple[str, ...] = (), allowed: Allowed | None = None) -> Trouble:
    found = preflight(tasks, dirty, allowed or Allowed())
    assert found is not None
    return found


def test_a_sound_batch_has_no_trouble() -> None:
    assert preflight((task("core"), task("cli")), ("other.js",), Allowed()) is None


def test_the_typed_input_is_what_preflight_asks() -> None:
    given = ReviewApplyInput.model_validate({"request": "x", "allow_dirty_task_files": True})
    assert preflight((task(),), ("src/core.js",), given) is None


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_p1_every_task_has_an_id(name: str) -> None:
    found = trouble(task("core"), Task(name, ("a",), "x"))
    assert (found.category, found.items) == ("invalid_task_ids", ("task 2",))


def test_p1_ids_are_unique() -> None:
    found = trouble(task("core", "a"), task("core", "b"))
    assert (found.category, found.items) == ("invalid_task_ids", ("core",))


def test_p1_a_run_without_tasks_does_not_start() -> None:
    assert trouble().category == "invalid_task_ids"


@pytest.mark.parametrize(
    "name", ["planner", "verify", "core-repair-1", "core-repair-12", "review-correctness-r2", "a|b", "a\nb"]
)
def test_p1_an_id_is_nothing_else_in_the_run(name: str) -> None:
    found = trouble(task("core"), task(name, "x.js"))
    assert found.category == "invalid_task_ids"
    assert found.items == (name,)


@pytest.mark.parametrize(
    "name",
    [
        *("docs-repair-1", "core-repair-0", "review-other-r1", "review-correctness-rules", "planner2", "Größe", "a/b"),
        *("tests", "in all 20 letters, 12"),
    ],
)
def test_p1_other_ids_are_fine(name: str) -> None:
    assert preflight((task("core"), task(name, "x.js")), (), Allowed()) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        " ",
        ".",
        "./",
        "a\0b",
        "/etc/passwd",
        "C:/x",
        "c:x",
        "a\\b",
        "..",
        "a/../b",
        "../x",
        ".git/config",
        "a/.git/x",
        ".GIT/config",
        ".odw/runs",
        "x/.pandacode",
        "node_modules/a.js",
    ],
)
def test_p2_a_file_is_a_path_of_the_repository(path: str) -> None:
    assert trouble(task("core", "src/a.js", path)).category == "invalid_task_files"


@pytest.mark.parametrize(
    ("path", "normal"),
    [("./a//b", "a/b"), ("a/./b", "a/b"), (" a ", "a"), ("a/", "a"), (".gitignore", ".gitignore"), ("a..b", "a..b")],
)
def test_p2_a_path_has_one_spelling(path: str, normal: str) -> None:
    assert file_trouble(path) == ""
    assert normal_file(path) == normal
    assert Task("x", (path, normal)).owned == (normal,)


@pytest.mark.parametrize("prompt", ["", " \n"])
def test_p3_every_task_has_a_prompt(prompt: str) -> None:
    found = trouble(task("core"), task("cli", prompt=prompt))
    assert (found.category, found.items) == ("invalid_task_prompts", ("cli",))


def test_p4_every_task_declares_a_file_unless_allowed() -> None:
    bare = Task("free", (), "x")
    found = trouble(task(), bare)
    assert (found.category, found.items) == ("undeclared_task_files", ("free",))
    assert "allow_undeclared_task_files" in found.message
    assert preflight((task(), bare), (), Allowed(allow_undeclared_task_files=True)) is None


def test_p5_no_file_is_owned_twice_unless_allowed() -> None:
    twice = (task("core", "./src//a.js"), task("cli", "src/a.js"))
    found = trouble(*twice)
    assert (found.category, found.items) == ("duplicate_task_files", ("src/a.js",))
    assert "core and cli" in found.message
    assert preflight(twice, (), Allowed(allow_duplicate_task_files=True)) is None


def test_p6_no_owned_file_is_modified_unless_allowed() -> None:
    found = trouble(task("core", "./src/a.js"), dirty=("src/a.js", "else.js"))
    assert (found.category, found.items) == ("dirty_task_files", ("src/a.js",))
    assert "commit or stash" in found.message
    assert preflight((task("core", "src/a.js"),), ("src/a.js",), Allowed(allow_dirty_task_files=True)) is None


def test_the_rules_come_in_their_order() -> None:
    batch = [
        Task("", (), ""),
        Task("b", ("/abs",), ""),
        Task("c", ("c.js",), ""),
        Task("d", (), "x"),
        Task("e", ("z.js",), "x"),
        Task("f", ("z.js",), "x"),
        Task("g", ("g.js",), "x"),
    ]
    seen = []
    while (found := preflight(batch, ("z.js",), Allowed())) is not None:
        seen.append(found.category)
        del batch[0]
    assert seen == [
        "invalid_task_ids",
        "invalid_task_files",
        "invalid_task_prompts",
        "undeclared_task_files",
        "duplicate_task_files",
        "dirty_task_files",
    ]


def test_what_is_wrong_is_named_and_not_at_any_length() -> None:
    """Three by name, the rest by their number; the one in the way stands alone."""
    bare = [Task(name, (), "x") for name in "abcde"]
    assert "Task a, b, c and 2 more owns no file" in trouble(*bare).message
    assert "Task a, b, c owns no file" in trouble(*bare[:3]).message
    taken = trouble(*(task(name, f"{name}.js") for name in ("verify", "core", "planner", "core-repair-1")))
    assert taken.items == ("core-repair-1", "planner", "verify")
    wrong = trouble(task("core", "/a"))
    assert wrong.message.startswith("Task core cannot own '/a': it is absolute")
    assert "more like it" not in wrong.message
    assert "There are 1 more like it." in trouble(task("core", "/a", "/b")).message
    one, two = trouble(task("core", "a"), dirty=("a",)), trouble(task("core", "a", "b"), dirty=("a", "b"))
    assert one.message.startswith("a has changes")
    assert two.message.startswith("a, b have changes")


def test_a_block_before_review_says_all_of_it() -> None:
    """P8."""
    block = pre_review(BATCH, {"core": ["new.js", "bin/a.js"]}, {"docs": " it crashed\n"})
    assert block is not None
    assert block.blockers() == (
        "task docs failed: it crashed",
        "new.js: task core must not change it, which no task declares",
        "bin/a.js: task core must not change it, which belongs to task cli",
    )
    assert block.message == ("No reviewer saw this candidate: task docs failed: it crashed There are 2 more like it.")


def test_trouble_is_an_error_of_a_result() -> None:
    error = trouble(Task("free", (), "x")).as_error()
    assert error["category"] == "undeclared_task_files"
    assert error["items"] == ["free"]
    assert str(error["message"]).endswith(".")


BATCH = (task("core", "src/a.js"), task("cli", "bin/a.js"), task("docs", "README.md"))


def test_p8_a_candidate_within_its_files_goes_to_review() -> None:
    assert pre_review(BATCH, {"core": ["src/a.js"], "cli": []}, {}) is None


def test_p8_a_foreign_file_blocks_and_its_owner_is_repaired_too() -> None:
    block = pre_review(BATCH, {"cli": ["bin/a.js", "src/a.js"], "docs": ["README.md"]}, {})
    assert block is not None
    assert block.category == "implementation_pre_review_blocked"
    assert [(one.task, one.file, one.owner) for one in block.issues] == [("cli", "src/a.js", "core")]
    assert block.tasks == ("core", "cli")
    assert block.blockers() == ("src/a.js: task cli must not change it, which belongs to task core",)


def test_p8_a_file_that_nobody_owns_blocks_as_well() -> None:
    block = pre_review(BATCH, {"core": ["new.js"]}, {})
    assert block is not None
    assert (block.tasks, block.issues[0].owner) == (("core",), "")


def test_p8_holds_unless_boundaries_are_not_strict() -> None:
    assert pre_review(BATCH, {"core": ["new.js"]}, {}, is_strict=False) is None


def test_p8_a_task_without_files_may_touch_what_nobody_owns() -> None:
    batch = (*BATCH, Task("free", (), "x"))
    assert pre_review(batch, {"free": ["new.js"]}, {}) is None
    block = pre_review(batch, {"free": ["src/a.js"]}, {})
    assert block is not None
    assert block.tasks == ("core", "free")


def test_a_failed_agent_blocks_and_is_repaired() -> None:
    block = pre_review(BATCH, {"core": ["src/a.js"]}, {"docs": "it crashed", "cli": " "}, is_strict=False)
    assert block is not None
    assert block.tasks == ("cli", "docs")
    assert [(one.id, one.message) for one in block.failed] == [
        ("cli", "its agent said nothing"),
        ("docs", "it crashed"),
    ]
    assert "1 more" in block.message


@given(st.lists(st.builds(Task, st.text(), st.lists(st.text()).map(tuple), st.text())), st.lists(st.text()))
def test_anything_gets_through_or_is_trouble(tasks: list[Task], dirty: list[str]) -> None:
    found = preflight(tasks, dirty, Allowed())
    assert found is None or (found.category and found.message)
    pre_review(tasks, {one.id: dirty for one in tasks}, {path: path for path in dirty})


@given(st.text())
def test_a_normal_path_stays_as_it_is(path: str) -> None:
    assert normal_file(normal_file(path)) == normal_file(path)
