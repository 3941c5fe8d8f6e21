"""Repair selection: which tasks run again because of what reviewers said, as a table and against recorded runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.parallel_review_apply.blocker import blocker_of
from odw_core.workflows.parallel_review_apply.repair import select
from odw_core.workflows.parallel_review_apply.symbols import defined_symbols, prompted_symbols
from odw_core.workflows.parallel_review_apply.task import Task

RECORDED = Path(__file__).parents[3] / "fixtures" / "odw"

CORE = Task("core", ("src/core.js",), "Write createDigest(items) and export it from src/core.js.")
VIEW = Task("view", ("src/view.js",), "Render the digest with createDigest in src/view.js.")
TESTS = Task("tests", ("test/core.test.js",), "Cover createDigest in test/core.test.js.")
DOCS = Task("docs", ("README.md", "docs/use.md"), "Describe `createDigest` in README.md.")
BATCH = (CORE, VIEW, TESTS, DOCS)


def diff_of(path: str, *lines: str) -> str:
    """A diff that creates a file."""
    body = "".join(f"+{line}\n" for line in lines)
    head = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1,{len(lines)} @@\n{body}"


DIFFS = {
    "core": diff_of("src/core.js", "export function createDigest(items) {", "  return items.join();", "}"),
    "view": diff_of("src/view.js", "import { createDigest } from './core.js';", "export const renderView = (x) => x;"),
    "tests": diff_of("test/core.test.js", "test('digest', () => {})"),
    "docs": diff_of("README.md", "The function createDigest makes a digest."),
}

TABLE = [
    pytest.param(["src/view.js:4 does not escape its input"], ("view",), id="4.3-1: a path with a cause behind it"),
    pytest.param(
        ["test/core.test.js exits with code 1: assertion failed. src/core.js returns an empty list"],
        ("core",),
        id="F5, odw-exec-1780518366711-1253: the file of the cause wins over the test named first",
    ),
    pytest.param(
        ["test/core.test.js:9 AssertionError; the root cause is src/core.js, which drops the last item"],
        ("core",),
        id="odw-exec-1780519403300-26020: and over the test once more",
    ),
    pytest.param(
        ["createDigest drops items that are empty"],
        ("core",),
        id="F4, odw-exec-1780521870647-88709: a function reaches the task whose diff defines it",
    ),
    pytest.param(
        ["createDigest must sort its items"],
        ("core",),
        id="odw-exec-1780523246667-9602: prompts that mention it do not widen the repair when a definition exists",
    ),
    pytest.param(
        ["renderView omits the title"],
        ("view",),
        id="odw-exec-1780524017351-26812: nor here",
    ),
    pytest.param(
        ["src/view.js must escape what createDigest gives"],
        ("core", "view"),
        id="4.3-3, seen live: a path and a symbol that another diff defines repair both",
    ),
    pytest.param(
        ["src/view.js: summariseAll is missing"],
        ("view",),
        id="F3, odw-exec-1780530747351-12325: an explicit path beats what prompts mention",
    ),
    pytest.param(
        ["docs/use.md:3 shows a flag that does not exist"],
        ("docs",),
        id="odw-exec-1780507859710-45655: only the rejected docs task, the other candidates are retained",
    ),
    pytest.param(["README.md is out of date"], ("docs",), id="4.3-5: only a path without a cause"),
    pytest.param(["docs/use.md and src/view.js differ"], ("docs",), id="4.3-5: the earliest of paths without a cause"),
    pytest.param(
        ["src/view.js:1 must be pure", "README.md lacks an example"], ("view", "docs"), id="4.3-7: union over blockers"
    ),
    pytest.param(
        ["README.md lacks an example", "src/view.js:1 must be pure"], ("view", "docs"), id="in the order of the run"
    ),
    pytest.param(["it is slow"], ("core", "view", "tests", "docs"), id="F6: nothing recognised, full batch"),
    pytest.param([], ("core", "view", "tests", "docs"), id="no blocker at all, full batch"),
    pytest.param(
        ["it is slow", "README.md is out of date"], ("docs",), id="what is unclear adds nothing to what is not"
    ),
    pytest.param(
        ["test/core.test.js: assertion failed in the suite"], ("tests",), id="4.3-5: a test alone, even below zero"
    ),
    pytest.param(
        ["/home/dev/project/src/view.js:3 returns null"], ("view",), id="an absolute path ends in the declared one"
    ),
    pytest.param(["`src/core.js` must not throw"], ("core",), id="a path in ticks"),
    pytest.param(["src/view.js中must转义, README.md should be there"], ("view",), id="4.3-1: prose without blanks"),
    pytest.param(["参见README.md。函数createDigest丢失了最后一项"], ("core",), id="4.3-2: a symbol in it"),
    pytest.param(["bin/other.js中的createDigest丢失了"], ("core",), id="4.3-2: beside a file that no task declares"),
    pytest.param(["_src/view.js_ must escape, README.md is fine"], ("view",), id="4.3-1: a path in italics"),
    pytest.param(["“src/view.js”, lines 3–9: returns null"], ("view",), id="a path in typographic quotes"),
    pytest.param(["src/core.js:10-20,30 — wrong order, see docs/use.md:2"], ("core",), id="ranges of lines"),
    pytest.param(["src/other.js:3 drops it", "README.md lacks it"], ("docs",), id="4.3-7: a file of no task adds none"),
    pytest.param(
        ["src/other.js:3 drops the last item"], ("core", "view", "tests", "docs"), id="4.3-6: file of no task"
    ),
    pytest.param(["src/core.js and src/view.js both must check it"], ("core",), id="4.3-3: the earliest among equals"),
    pytest.param(["src/view.js: must escape", "docs/use.md: wrong"], ("view", "docs"), id="4.3-7: one task each"),
    pytest.param(["renderView().title is missing"], ("view",), id="F4: a symbol that is called"),
    pytest.param(["see xsrc/core.jsx"], ("core",), id="4.3-6: a path within another word, for want of better"),
]


@pytest.mark.parametrize(("blockers", "tasks"), TABLE)
def test_blockers_select(blockers: list[str], tasks: tuple[str, ...]) -> None:
    assert select(blockers, BATCH, DIFFS).tasks == tasks


@pytest.mark.parametrize("word", ["symptom", "caller", "callsite", "call-site", "call site", "stack trace"])
def test_a_symptom_lets_the_prompts_symbols_in_beside_a_path(word: str) -> None:
    """4.3-4."""
    blocker = f"src/view.js is only the {word}; parseItems returns undefined"
    core = Task("core", ("src/core.js",), "Implement parseItems(text) in src/core.js.")
    assert select([blocker], (core, VIEW), {}).tasks == ("core", "view")
    assert select([blocker.replace(word, "place")], (core, VIEW), {}).tasks == ("view",)


def test_without_a_path_the_prompts_symbols_count() -> None:
    """4.3-4."""
    core = Task("core", ("src/core.js",), "Implement parseItems(text) in src/core.js.")
    assert select(["parseItems is slow"], (core, VIEW), {}).tasks == ("core",)


def test_a_prompt_ties_a_name_to_its_path_within_260_characters() -> None:
    near, far = "parseItems( " + "x " * 120 + "src/a.js", "parseItems( " + "x " * 140 + "src/a.js"
    assert prompted_symbols(near, ("src/a.js",)) == {"parseItems"}
    assert prompted_symbols(far, ("src/a.js",)) == frozenset()
    assert prompted_symbols("src/a.js holds parseItems(", ("src/a.js",)) == frozenset()
    assert prompted_symbols("src/a.js: put parseItems() into src/a.js", ("src/a.js",)) == {"parseItems"}
    assert prompted_symbols("`parse`" + "x" * 253 + "src/a.js", ("src/a.js",)) == {"parse"}
    assert prompted_symbols("`parse`" + "x" * 254 + "src/a.js", ("src/a.js",)) == frozenset()


def test_a_cause_counts_within_220_characters() -> None:
    """Two paths: the first wins only while the phrase of a cause is near enough to it."""
    near = "src/core.js " + "." * 150 + " src/view.js must be pure"
    far = "src/core.js " + "." * 230 + " src/view.js must be pure"
    assert select([near], BATCH, {}).tasks == ("core",)
    assert select([far], BATCH, {}).tasks == ("view",)


@pytest.mark.parametrize(
    "phrase",
    [
        *("does not", "fails to", "returns", "drops", "omits", "is missing", "must", "is wrong", "never", "ignores"),
        *(
            "do not",
            "did not",
            "is not",
            "are not",
            "has not",
            "have not",
            "was not",
            "were not",
            "will not",
            "would not",
        ),
        *("doesn't", "don’t", "isn't", "cannot", "can't", "can’t", "should", "should not", "failed to", "failing to"),
        *("returning", "dropped", "dropping", "omitted", "omitting", "ignored", "lacks", "lacking", "wrongly"),
        *("is incorrect", "incorrectly reads", "throws on", "gives 1 instead of", "mismatches"),
    ],
)
def test_each_phrase_of_a_cause_counts(phrase: str) -> None:
    """4.3-1: without it the earlier path would be taken."""
    far = "src/core.js is there " + "." * 230
    assert select([f"{far} src/view.js {phrase} it"], BATCH, {}).tasks == ("view",)
    assert select([f"{far} src/view.js {phrase.upper()} it"], BATCH, {}).tasks == ("view",)
    assert select([f"{far} src/view.js is there"], BATCH, {}).tasks == ("core",)


@pytest.mark.parametrize(
    "word",
    [
        *("root cause", "root-cause", "rootcause", "because", "caused by", "cause by", "due to"),
        *("violate", "violates", "violated", "violating", "violation"),
    ],
)
def test_each_word_of_a_cause_counts_a_little(word: str) -> None:
    """4.3-1: it breaks a tie, and does not outweigh a phrase."""
    far = "." * 250
    assert select([f"src/core.js must be pure {far} {word} src/view.js must be pure"], BATCH, {}).tasks == ("view",)
    assert select([f"src/core.js must be pure {far} {word} src/view.js"], BATCH, {}).tasks == ("core",)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "test/core.test.js",
            "tests/core.py",
            "src/core_test.go",
            "lib/test_core.py",
            "a/core.spec.ts",
            "shop/tests.py",
        ),
        *("src/CoreTest.java", "Tests/core.swift", "spec/core.rb", "lib/core_spec.rb", "src/__tests__/core.js"),
    ],
)
@pytest.mark.parametrize("evidence", ["AssertionError", "assertion failed", "exits with code 1", "the tests fail"])
def test_a_test_file_with_the_evidence_of_a_failure_weighs_less(path: str, evidence: str) -> None:
    """4.3-1: without it the earlier of two equal paths would be taken."""
    batch = (Task("tests", (path,), "x"), CORE)
    blocker = f"{path}: {evidence}, it must pass {'.' * 250} src/core.js must be pure"
    assert select([blocker], batch, {}).tasks == ("core",)
    assert select([blocker.replace(evidence, "nothing")], batch, {}).tasks == ("tests",)


@pytest.mark.parametrize(
    "evidence",
    [
        *(
            "assert a",
            "asserts it",
            "AssertError",
            "exit 1",
            "exits 1",
            "exited 2",
            "exit with code 1",
            "exit status 2",
        ),
        *("exit code", "exit status", "exits with a non-zero code", "exited with nonzero", "exits with status"),
        *("fail", "fails", "failed", "failing", "a failure", "failures", "npm test", "npm run test", "node --test"),
        *("pytest says so", "the test run shows it"),
    ],
)
def test_each_word_of_a_failure_beside_a_test_file_weighs_against_it(evidence: str) -> None:
    """4.3-1; ``fails to`` tells of a cause instead."""
    blocker = f"test/core.test.js must pass: {evidence}. {'.' * 250} src/core.js must be pure"
    assert select([blocker], BATCH, {}).tasks == ("core",)
    assert select([blocker.replace(evidence, "it fails to load")], BATCH, {}).tasks == ("tests",)


def test_evidence_counts_within_220_characters_and_words_of_a_cause_within_120() -> None:
    """4.3-1, to the character: what begins or ends one further off belongs to something else."""

    def of(before: str, after: str = "") -> tuple[str, ...]:
        """Whether what stands around the later path makes it the better one."""
        return select([f"src/core.js {'.' * 300}{before}src/view.js{after}"], (CORE, VIEW), {}).tasks

    assert of("", "." * 215 + " must") == ("view",)
    assert of("", "." * 216 + " must") == ("core",)
    assert of("because" + "." * 113) == ("view",)
    assert of("because" + "." * 114) == ("core",)
    assert of("", "." * 112 + " because") == ("view",)
    assert of("", "." * 113 + " because") == ("core",)

    def against(before: str, after: str = "") -> tuple[str, ...]:
        """Whether what stands around the test makes another equal path the better one."""
        said = f"{before}test/core.test.js{after} must pass {'.' * 300} src/core.js must be pure"
        return select([said], BATCH, {}).tasks

    assert against("pytest" + "." * 214) == ("core",)
    assert against("pytest" + "." * 215) == ("tests",)


def test_a_cause_outweighs_words_and_a_failed_test_outweighs_words_but_no_cause() -> None:
    """4.3-1: 100, 20 and -70."""
    far = "." * 250
    assert select([f"test/core.test.js must pass, npm test {far} src/core.js because"], BATCH, {}).tasks == ("tests",)
    assert select([f"test/core.test.js because npm test {far} README.md says so"], BATCH, {}).tasks == ("tests",)
    assert select([f"test/core.test.js because npm test {far} README.md because"], BATCH, {}).tasks == ("docs",)


def test_a_file_within_a_word_is_not_named_beside_one_that_stands_alone() -> None:
    run = Task("cli", ("run",), "x")
    assert select(["While running, src/core.js drops it"], (run, CORE), {}).tasks == ("core",)


def test_a_path_far_down_in_a_blocker_is_found_for_want_of_better() -> None:
    """4.3-6: its first declared path says why."""
    far = "." * 30_000 + " README.md and docs/use.md"
    chosen = select([far], BATCH, DIFFS)
    assert chosen.tasks == ("docs",)
    assert chosen.reasons == {"docs": "mentioned: README.md"}
    assert select([far, "src/view.js: wrong"], BATCH, DIFFS).tasks == ("view",)


def test_what_a_task_without_files_defines_selects_nobody() -> None:
    """4.3: over tasks that declare files."""
    free = Task("free", (), "Do what is left.")
    diffs = {"free": diff_of("src/new.js", "function parseItems() {}")}
    assert select(["parseItems drops items"], (CORE, free), diffs).tasks == ("core", "free")


def test_of_several_symbols_the_one_with_a_cause_is_told_first() -> None:
    """4.3-2: base 80 and the bonuses of a path; the best score of a task is its own."""
    far = "." * 250
    found = select([f"renderView calls it {far} createDigest drops it"], BATCH, DIFFS)
    assert found.tasks == ("core", "view")
    blocker = blocker_of(f"renderView calls it {far} createDigest drops it", BATCH, diffs=DIFFS)
    assert blocker.task == "core"
    again = f"createDigest is there {far} renderView must be pure {far} createDigest is there because of it"
    assert blocker_of(again, BATCH, diffs=DIFFS).task == "view"
    twice = f"createDigest must be pure {far} renderView because of it {far} createDigest is there"
    assert blocker_of(twice, BATCH, diffs=DIFFS).task == "core"


@pytest.mark.parametrize("path", ["src/latest.js", "src/contest/core.js", "src/Contest.java", "src/inspect.js"])
def test_a_file_whose_name_only_sounds_like_a_test_is_none(path: str) -> None:
    batch = (Task("first", (path,), "x"), CORE)
    blocker = f"{path}: assertion failed, it must pass {'.' * 250} src/core.js must be pure"
    assert select([blocker], batch, {}).tasks == ("first",)


def test_a_path_without_a_cause_is_no_match_beside_a_defined_symbol() -> None:
    """4.3-3: the best positive path, and there is none."""
    assert select(["createDigest drops items, as README.md says"], BATCH, DIFFS).tasks == ("core",)


def test_of_two_paths_with_equal_causes_the_earliest_is_taken_and_no_other() -> None:
    assert select(["src/view.js must be pure, src/core.js must be pure"], BATCH, {}).tasks == ("view",)


def test_a_symbol_of_several_diffs_repairs_each_of_their_tasks() -> None:
    """4.3-2."""
    diffs = {**DIFFS, "view": diff_of("src/view.js", "export function createDigest() {}")}
    assert select(["createDigest drops items"], BATCH, diffs).tasks == ("core", "view")


def test_where_no_path_stands_alone_every_literal_occurrence_counts() -> None:
    """4.3-1, and 4.3-7: also beside another blocker that names its file."""
    assert select(["src/core.js.map is stale", "README.md lacks an example"], BATCH, {}).tasks == ("core", "docs")


def test_words_of_a_cause_break_a_tie() -> None:
    blocker = "src/core.js must be pure " + "." * 250 + " root cause: src/view.js must be pure"
    assert select([blocker], BATCH, {}).tasks == ("view",)


def test_a_longer_path_is_not_the_shorter_one_within_it() -> None:
    inner = Task("inner", ("docs/README.md",), "x")
    outer = Task("outer", ("README.md",), "x")
    assert select(["docs/README.md is wrong"], (outer, inner), {}).tasks == ("inner",)
    assert select(["README.md is wrong"], (outer, inner), {}).tasks == ("outer",)


def test_the_name_of_a_file_is_no_symbol() -> None:
    """``src/clamp.js`` defines ``clamp``; ``bin/clamp.js`` is another task's."""
    core = Task("core", ("src/clamp.js",), "x")
    cli = Task("cli", ("bin/clamp.js",), "x")
    diffs = {"core": diff_of("src/clamp.js", "export function clamp(v) {}")}
    assert select(["bin/clamp.js:2 exits 0 when an argument is missing"], (core, cli), diffs).tasks == ("cli",)


def test_a_full_batch_says_so_and_retains_nothing() -> None:
    everybody = select(["it is slow"], BATCH, DIFFS)
    assert everybody.tasks == tuple(task.id for task in BATCH)
    assert all("full batch" in why for why in everybody.reasons.values())
    chosen = select(["README.md is out of date"], BATCH, DIFFS)
    assert chosen.tasks == ("docs",)
    assert chosen.reasons == {"docs": "named: README.md"}


def test_tasks_without_files_are_repaired_only_in_a_full_batch() -> None:
    free = Task("free", (), "Do what is left.")
    assert select(["src/core.js is wrong"], (CORE, free), {}).tasks == ("core",)
    assert select(["free is wrong"], (CORE, free), {}).tasks == ("core", "free")


def test_symbols_come_from_added_and_context_lines() -> None:
    diff = (
        "diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1,3 +1,4 @@ function outside() {\n"
        " function kept() {\n-const gone = 1;\n+const came = 1;\n+let counter = 0;\n"
        "+async function* flow() {}\n }\n"
    )
    assert defined_symbols(diff) == {"kept", "came", "counter", "flow"}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        *(
            ("a.js", line)
            for line in ("let parse = 1", "var parse = 1", "export const parse = 1", "function* parse() {")
        ),
        *(("a.py", line) for line in ("def parse():", "async def parse():", "class parse:")),
        *(("a.rs", line) for line in ("pub fn parse() {", "struct parse {", "trait parse {", "enum parse {")),
        *(
            ("a.kt", "fun parse() {"),
            ("a.kts", "fun parse() {"),
            ("a.go", "func parse() {"),
            ("a.pyi", "def parse(): ..."),
        ),
        *(
            ("a.java", "interface parse {"),
            ("a.cs", "class parse {"),
            ("a.php", "class parse {"),
            ("a.rb", "def parse"),
        ),
        *((f"a.{end}", "struct parse {") for end in ("c", "h", "cc", "cpp", "hpp", "swift")),
        ("a.scala", "def parse = 1"),
    ],
)
def test_each_language_has_its_words_for_a_definition(path: str, line: str) -> None:
    assert defined_symbols(diff_of(path, line)) == {"parse"}


@pytest.mark.parametrize("path", ["a.md", "a.markdown", "a.rst", "a.txt", "a.adoc"])
def test_prose_defines_nothing(path: str) -> None:
    assert defined_symbols(diff_of(path, "the function parse", "const parse = 1")) == frozenset()


def test_names_of_two_letters_are_words_of_prose() -> None:
    assert defined_symbols(diff_of("a.js", "const id = 1", "const ids = [1]")) == {"ids"}


def test_each_file_of_a_diff_is_read_in_its_own_language() -> None:
    both = diff_of("a.py", "def parse():") + diff_of("b.js", "// the class hierarchy", "const kept = 1")
    assert defined_symbols(both) == {"parse", "kept"}


def test_other_languages_define_in_their_own_words_and_prose_defines_nothing() -> None:
    assert defined_symbols(diff_of("a.py", "def parse_items(text):", "class Store:")) == {"parse_items", "Store"}
    assert defined_symbols(diff_of("a.go", "func (s *Store) Save() {", "func main() {")) == {"Save", "main"}
    assert defined_symbols(diff_of("a.md", "the function createDigest", "const digest = 1")) == frozenset()
    assert defined_symbols(diff_of("a.js", "// the class hierarchy")) == frozenset()


def events(run: Path) -> list[dict[str, Any]]:
    found = []
    for line in (run / "events.jsonl").read_bytes().split(b"\n"):
        try:
            raw = json.loads(line).get("raw")
        except (ValueError, AttributeError):
            continue
        if isinstance(raw, dict):
            found.append(raw)
    return found


def recorded_selections() -> list[tuple[list[str], tuple[Task, ...], dict[str, str], list[str]]]:
    """(blockers, tasks, diffs, recorded choice) of each ``repairing tasks=`` in the recorded runs."""
    found = []
    for run in sorted(RECORDED.glob("*/project/.odw/runs/*/")):
        tasks: dict[str, Task] = {}
        diffs: dict[str, str] = {}
        blockers: list[str] = []
        prompts: dict[str, str] = {}
        for raw in events(run):
            key = str(raw.get("key", "")).partition("-repair-")[0]
            if raw["type"] == "agent_start":
                prompts.setdefault(key, raw["promptPreview"])
            elif raw["type"] == "agent_done" and isinstance(raw["result"], dict) and "worktree" in raw["result"]:
                tree = raw["result"]["worktree"]
                diffs[key] = tree["diff"]
                tasks.setdefault(key, Task(key, tuple(tree["files"]), prompts[key]))
            elif raw["type"] == "worktree_review_gate":
                blockers = raw["blocker_samples"]
            elif raw["type"] == "log" and raw["message"].startswith("repairing tasks="):
                order = tuple(task for name, task in tasks.items())
                found.append((blockers, order, dict(diffs), raw["message"].removeprefix("repairing tasks=").split("|")))
    return found


def test_recorded_runs_repair_whom_they_repaired() -> None:
    recorded = recorded_selections()
    assert recorded, "the recordings hold at least one repair"
    for blockers, tasks, diffs, chosen in recorded:
        assert set(select(blockers, tasks, diffs).tasks) == set(chosen)


VARIED = {
    "as it is": "{0}",
    "in ticks and bold": "**Blocker**: `{0}`",
    "with the whole path of a worktree": "/srv/shop/.odw/runs/x/worktrees/batch-review/{0}",
    "from here": "./{0}",
    "numbered": "1. [high] {0}",
    "after the test that shows it": "test/clamp.test.js exits with code 1, an assertion failed. {0}",
    "before the test that shows it": "{0} test/clamp.test.js fails because of that.",
    "before a file that it merely mentions": "{0} " + "." * 230 + " See README.md",
    "after a file that it merely mentions": "README.md says so. " + "." * 230 + " {0}",
    "with the cause in words": "Root cause: {0}",
    "on several lines": "\n\n- {0}\n\n",
}


@pytest.mark.parametrize("varied", VARIED.values(), ids=VARIED)
def test_each_blocker_of_a_recorded_run_reaches_its_task_in_whatever_words(varied: str) -> None:
    ((blockers, tasks, diffs, chosen),) = recorded_selections()
    assert chosen == ["clamp-core", "clamp-cli"]
    for blocker, task in zip(blockers, chosen, strict=True):
        assert select([varied.format(blocker)], tasks, diffs).tasks == (task,)
    both = select([varied.format(blocker) for blocker in reversed(blockers)], tasks, diffs)
    assert {*both.tasks} == {*chosen}


@given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=300), st.text(max_size=300))
def test_any_text_selects_somebody(blockers: list[str], diff: str, prompt: str) -> None:
    batch = (*BATCH, Task("odd", (prompt[:20], "a"), prompt))
    chosen = select(blockers, batch, {"core": diff, "odd": diff})
    assert chosen.tasks
    assert set(chosen.tasks) <= {task.id for task in batch}
    assert set(chosen.reasons) == set(chosen.tasks)


@given(st.lists(st.sampled_from(["src/core.js", " ", "must", "createDigest", "because", ".", "src/view.js:1", "x"])))
def test_words_of_blockers_in_any_order_select_somebody(words: list[str]) -> None:
    assert select(["".join(words)], BATCH, DIFFS).tasks


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 200_000, id="one word"),
        pytest.param("src/core.js " * 20_000, id="one path again and again"),
        pytest.param("`" * 100_000, id="ticks"),
        pytest.param("$a" * 100_000, id="dollars"),
        pytest.param("_" * 100_000, id="underscores"),
        pytest.param("a/" * 100_000, id="folders"),
        pytest.param(" " * 100_000, id="blanks"),
    ],
)
def test_long_texts_are_read_in_one_go(text: str) -> None:
    """No pattern runs away; the test would not end."""
    assert select([text], BATCH, {"core": diff_of("src/core.js", text, "function " + " " * 5000)}).tasks
    assert select(["parseItems is wrong"], (Task("core", ("src/core.js",), text),), {}).tasks == ("core",)
