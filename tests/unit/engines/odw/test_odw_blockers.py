"""What reviewers held against a batch: who said it, whose it is, and what became of it (reference §4, F2, F16)."""

from __future__ import annotations

from drivers.odw_recording import Story
from odw_core.engines.odw.blocker import gate_blockers
from odw_core.model.detail import Blocker


def review(story: Story, label: str, said: dict[str, list[str]], **fields: object) -> Story:
    """One review by as many reviewers as said something."""
    story.event("worktree_review_workspace", label=label, status="start")
    for name, blockers in said.items():
        story.starts(f"{label}-{name}", name)
        story.ends(f"{label}-{name}", {"decision": "reject", "blockers": blockers})
    return story.gate("reject", label, **fields).event("worktree_review_workspace", label=label, status="done")


def blockers(story: Story, number: int = 0) -> list[Blocker]:
    acc = story.acc
    return [*gate_blockers(acc, acc.gates[number])]


def test_f2_a_candidate_that_cannot_be_put_together_is_one_blocker_with_category_and_message() -> None:
    refused = Story().launched().gate("reject", preflight_category="patch_conflict", preflight_message="a.py")
    assert [one.text for one in blockers(refused)] == ["patch_conflict: a.py"]
    silent = Story().launched().gate("reject", preflight_category="patch_conflict")
    assert [one.text for one in blockers(silent)] == ["patch_conflict"]
    sampled = (
        Story().launched().gate("reject", preflight_category="patch_conflict", blocker_samples=["a.py:1 is wrong"])
    )
    assert [one.text for one in blockers(sampled)] == ["a.py:1 is wrong"]
    assert blockers(Story().launched().gate("reject")) == []


def test_blockers_are_whole_from_the_reviewers_of_this_review_and_else_as_the_gate_sampled_them() -> None:
    story = review(Story().launched(), "batch-review", {"careful": ["a.py:1 is wr…"]}, blocker_samples=["cut"])
    story.starts("late", "late")
    review(story, "batch-review-r2", {"careful": ["b.py:2 is wrong"], "owner": []}, blocker_samples=["cut"])
    story.gate("reject", "batch-review-r3", blocker_samples=["c.py:3 is wr…"])
    assert [(one.reviewer, one.text, one.round) for one in blockers(story)] == [("careful", "a.py:1 is wr…", 1)]
    assert [(one.reviewer, one.text, one.round) for one in blockers(story, 1)] == [("careful", "b.py:2 is wrong", 2)]
    assert [(one.reviewer, one.text, one.round) for one in blockers(story, 2)] == [(None, "c.py:3 is wr…", 3)]


def test_a_reviewer_that_never_answered_said_nothing() -> None:
    story = Story().launched().event("worktree_review_workspace", label="batch-review", status="start")
    story.starts("careful").gate("reject", blocker_samples=["a.py:1 is wrong"])
    assert [one.reviewer for one in blockers(story)] == [None]


def test_a_file_belongs_to_those_it_was_planned_for_and_to_those_that_changed_it() -> None:
    changed = {"worktree": {"changed": True, "files": ["a.py", "b.py"], "diff": "x"}}
    story = Story().launched().starts("core", worktree=True).ends("core", changed)
    story.starts("core-repair-1", worktree=True).ends("core-repair-1", changed).starts("docs", worktree=True)
    story.event("agent_start", key="look", label="look", attempt=1, config={}).ends("look", changed)
    review(story, "batch-review", {"careful": ["a.py:1 is wrong", "b.py:2 is wrong", "c.py:3 is wrong"]})
    tasks = [{"id": "plan", "files": ["a.py"]}, {"id": "core", "files": ["a.py"]}, {"files": ["c.py"]}]
    history = [{"step": "plan", "tasks": tasks}]
    assert [one.tasks for one in blockers(story)] == [("core",), ("core",), ()]
    assert [one.tasks for one in blockers(story.returns(ok=False, history=history))] == [
        ("plan", "core"),
        ("core",),
        (),
    ]


def test_what_became_of_a_blocker_is_told_by_the_next_review_that_saw_the_candidate() -> None:
    story = review(Story().launched(), "batch-review", {"careful": ["a.py:1 is wrong", "b.py:2 is wrong"]})
    assert [one.fate for one in blockers(story)] == ["open", "open"]
    story.gate("reject", "batch-review-r2", preflight_category="patch_conflict")
    assert [one.fate for one in blockers(story)] == ["open", "open"]
    sampled = ["a.py:1 is wrong"]
    review(story, "batch-review-r3", {}, blocker_samples=sampled)
    assert [one.fate for one in blockers(story)] == ["still there in round 3", "fixed in round 3"]


def test_the_reviewers_own_words_count_more_than_what_the_gate_sampled_of_them() -> None:
    story = review(Story().launched(), "batch-review", {"careful": ["a.py:1 is wrong", "b.py:2 is wrong"]})
    review(story, "batch-review-r2", {"careful": ["a.py:1 is wrong"]}, blocker_samples=["b.py:2 is wrong"])
    assert [one.fate for one in blockers(story)] == ["still there in round 2", "fixed in round 2"]
