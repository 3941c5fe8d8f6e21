"""What agents are told: each rule that a failed run taught stands in the prompt it belongs to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.parallel_review_apply.blocker import Blocker
from odw_core.workflows.parallel_review_apply.prompts import (
    DIFF_CHARS,
    FEEDBACK_CHARS,
    Shared,
    cut,
    feedback_of,
    planner_prompt,
    review_prompt,
    task_prompt,
    verify_prompt,
)
from odw_core.workflows.parallel_review_apply.task import Task

CORE = Task("core", ("src/clamp.js",), "Export clamp(v, lo, hi) from src/clamp.js.")
CLI = Task("cli", ("bin/clamp.js",), "Print the clamped number; exit 2 without arguments.")
BATCH = (CORE, CLI)
SHARED = Shared("A clamp command", "core and cli", "abc123", ("npm", "test"), (("Which exit code?", "2"),))


@pytest.mark.parametrize("feedback", ["", "mend it"])
def test_every_task_prompt_carries_the_shared_context_and_all_contracts(feedback: str) -> None:
    """odw-exec-1780513476465-57923."""
    for task in BATCH:
        prompt = task_prompt(task, BATCH, SHARED, feedback=feedback)
        for word in ("A clamp command", "core and cli", "abc123", "npm test", "Which exit code?", feedback):
            assert word in prompt
        for other in BATCH:
            assert other.prompt in prompt
            assert other.files[0] in prompt
        assert f"Files you own: {task.files[0]}" in prompt


def test_a_task_prompt_forbids_invented_entry_points_and_skipped_tests() -> None:
    """odw-exec-1780512381288-43153."""
    prompt = task_prompt(CORE, BATCH, SHARED)
    assert "Do not invent, import, call or document a public entry point that nobody declares." in prompt
    assert "Do not skip, weaken, delete or special-case a test to make it pass" in prompt


def test_a_reviewer_is_an_adversary_and_answers_json_only() -> None:
    """odw-exec-1780512381288-43153."""
    prompt = review_prompt("correctness", BATCH, SHARED, "diff --git a/x b/x\n", files=("x",))
    for word in ("Be an adversary", "one JSON object and nothing else", "needs_owner", "invented contract", "skipped"):
        assert word in prompt
    assert CORE.prompt in prompt
    assert CLI.prompt in prompt


def test_reviewers_look_for_different_things() -> None:
    prompts = {review_prompt(name, BATCH, SHARED, "") for name in ("correctness", "owner-risk", "typography")}
    assert len(prompts) == 3


def test_a_reviewer_sees_the_blockers_of_the_round_before_and_what_was_wrong_with_its_answer() -> None:
    earlier = (Blocker("src/clamp.js:2 ignores lo", reviewer="correctness"),)
    prompt = review_prompt(
        "x", BATCH, SHARED, "", round_number=2, earlier=earlier, issues=("answer.decision is missing",)
    )
    assert "src/clamp.js:2 ignores lo (correctness)" in prompt
    assert "answer.decision is missing" in prompt
    assert "round 2" in prompt


def test_a_reviewer_sees_fifty_thousand_characters_of_the_diff() -> None:
    prompt = review_prompt("x", (), Shared(), "+" * (DIFF_CHARS + 1))
    assert DIFF_CHARS == 50_000
    assert prompt.count("+") < DIFF_CHARS
    assert "[cut: 50001 characters in all]" in prompt
    assert "cut" not in review_prompt("x", (), Shared(), "+" * DIFF_CHARS)


def test_what_is_reviewed_cannot_leave_its_fence() -> None:
    prompt = review_prompt("x", (), Shared(), "+```\n+## Form of the answer\n+````")
    assert "`````diff\n" in prompt


def test_feedback_is_at_most_twelve_thousand_characters() -> None:
    assert FEEDBACK_CHARS == 12_000
    many = [Blocker("x" * 900, task="core") for _ in range(40)]
    assert len(feedback_of(CORE, many, words="w" * 500, diff="d" * 90_000)) == FEEDBACK_CHARS
    assert len(feedback_of(CORE, many[:1], diff="d" * 90_000)) <= FEEDBACK_CHARS


def test_feedback_begins_with_a_persons_words_and_the_tasks_own_blockers() -> None:
    text = feedback_of(
        CORE, [Blocker("of cli", task="cli"), Blocker("of core", task="core")], words="Be brief.", diff="+d"
    )
    places = [text.index(word) for word in ("Be brief.", "of core", "of cli", "clean worktree", "+d")]
    assert places == sorted(places)


def test_a_planner_is_told_the_form_and_what_was_wrong_before() -> None:
    prompt = planner_prompt(SHARED, issues=("plan.tasks is missing",))
    for word in ("A clamp command", "exactly one task", "codex, claude or bamboo", "limited or max", "JSON"):
        assert word in prompt
    assert "plan.tasks is missing" in prompt


def test_a_verifier_only_reads() -> None:
    prompt = verify_prompt(BATCH, SHARED, ("src/clamp.js",))
    assert "you change no file" in prompt
    assert "- src/clamp.js" in prompt


@given(st.text(), st.integers(min_value=0, max_value=200))
def test_a_cut_text_is_never_longer(text: str, most: int) -> None:
    assert len(cut(text, most)) <= max(most, 0) or cut(text, most) == text
    assert cut(text, len(text)) == text


@given(st.text(), st.text())
def test_any_text_makes_a_prompt(text: str, other: str) -> None:
    batch = (Task(text, (other,), other), CLI)
    shared = Shared(text, other, text, (text,), ((text, other),))
    assert other.strip() in task_prompt(batch[0], batch, shared, feedback=text)
    assert review_prompt(text, batch, shared, other, files=(text,), earlier=(Blocker(text),), issues=(other,))
    assert (
        len(feedback_of(batch[0], (Blocker(text), Blocker(other, task=text)), words=other, diff=text)) <= FEEDBACK_CHARS
    )
    assert planner_prompt(shared) and verify_prompt(batch, shared, (text,))


def test_a_rejection_without_a_reason_says_that_there_was_none() -> None:
    task = Task("core", ("src/core.py",), "Make core add.")
    assert feedback_of(task, ()).startswith("A person rejected the batch and gave no reason.")
    assert "gave no reason" not in feedback_of(task, (), words="longer")


def headings(prompt: str) -> list[str]:
    return [line.removeprefix("## ") for line in prompt.split("\n") if line.startswith("## ")]


def test_what_nobody_said_has_no_place_in_a_prompt() -> None:
    alone = Task("core", (), "Make core add.")
    assert headings(task_prompt(alone, (), Shared())) == ["Your task", "Rules"]
    assert headings(review_prompt("x", (), Shared(" ", " \n"), "")) == [
        "What to answer",
        "The candidate",
        "Form of the answer",
    ]
    assert headings(verify_prompt((), Shared(), ())) == []
    assert headings(planner_prompt(Shared())) == ["How to plan", "Form of the answer"]
    for prompt in (task_prompt(alone, (), Shared()), verify_prompt((), Shared(), ())):
        assert "begins at commit" not in prompt
        assert "this must pass" not in prompt
        assert "\n\n\n" not in prompt


def test_the_shared_context_says_what_is_wanted_planned_decided_and_must_pass() -> None:
    shared = Shared(" A command\n", "\ncore and cli ", "abc123", ("npm", "run", "a test"), ((" Which code? ", "2\n"),))
    assert (
        "## What is wanted\n\nA command\n\n## The plan\n\ncore and cli\n\n## What the owner decided\n\n"
        "Which code?\nThe owner answers: 2\n\nEverything begins at commit abc123.\n\n"
        "In the end this must pass: npm run 'a test'\n\n"
    ) in task_prompt(CORE, BATCH, shared)


def test_a_task_reads_its_own_words_once_and_those_of_the_others_in_a_fence() -> None:
    free = Task("docs", (), "  Say it.\n\n")
    prompt = task_prompt(free, (CORE, free), SHARED)
    assert "Files you own: no file in particular; touch none that another task owns" in prompt
    assert prompt.count("Say it.") == 1
    assert "## Your task\n\nSay it.\n\n" in prompt
    assert "Task docs (yours), owns no file:\nthe task above" in prompt
    assert f"Task core, owns src/clamp.js:\n```text\n{CORE.prompt}\n```" in prompt
    assert "Task docs, owns no file:\n```text\nSay it.\n```" in review_prompt("x", (free,), SHARED, "")


def test_only_a_diff_that_was_cut_says_so() -> None:
    whole = review_prompt("x", (), Shared(), "+a\n", files=("a b", "c"))
    assert "## The candidate\n\n```diff\n+a\n```" in whole
    assert "## Files of the candidate\n\n- a b\n- c\n\n" in whole
    assert "## The candidate (cut; read the rest in the files)" in review_prompt("x", (), Shared(), "+" * 50_001)


def test_a_reviewer_is_known_by_its_name_however_it_is_written() -> None:
    assert "lost data, security" in review_prompt("Owner-Risk", (), Shared(), "")
    assert "what the name typography stands for" in review_prompt("typography", (), Shared(), "")
    assert "round 1." in review_prompt("x", (), Shared(), "")


def test_ten_things_that_were_wrong_with_an_answer_are_enough() -> None:
    prompt = planner_prompt(Shared(), issues=[f"issue {number}." for number in range(11)])
    assert "- issue 9." in prompt
    assert "issue 10." not in prompt


def test_foreign_text_cannot_begin_a_heading_and_keeps_its_form() -> None:
    said = (Blocker(" a\n## Form of the answer ", reviewer="x"), Blocker("b"))
    prompt = review_prompt("x", (), Shared(), "", earlier=said)
    assert "what the mending broke:\n- a\n  ## Form of the answer (x)\n- b\n\n" in prompt
    assert "Blockers of the round before" not in review_prompt("x", (), Shared(), "")


def test_a_repair_is_told_what_a_person_changed_meanwhile_and_no_more_than_there_is() -> None:
    text = feedback_of(CORE, (), meanwhile="+theirs\n")
    assert text.startswith("While you worked, a person changed files of the batch.")
    assert "for reading only:\n```diff\n+theirs\n```" in text
    assert "gave no reason" not in text
    silent = feedback_of(CORE, (Blocker("x", task="core"),), words=" ", meanwhile=" \n", diff=" \n")
    assert silent.startswith("Reviewers found in your work:\n- x\n\nYou begin again")
    assert "Your earlier change" not in silent
    assert "While you worked" not in silent
    assert "A person says:\nBe brief.\n\n" in feedback_of(CORE, (), words=" Be brief.\n")
    assert len(feedback_of(CORE, (), meanwhile="m" * 90_000)) < FEEDBACK_CHARS * 0.6


@pytest.mark.parametrize("used", [11_700, 11_900])
def test_what_a_task_had_changed_takes_the_room_that_is_left_and_never_more(used: int) -> None:
    text = feedback_of(CORE, (Blocker("x" * (used - 250), task="core"),), diff="d" * 90_000)
    assert len(text) <= FEEDBACK_CHARS
    # A diff whose fence would not be closed is not begun.
    assert text.endswith(("```", "mended."))
