"""What an upstream run left becomes the input of a native run: tasks, newest diffs, open blockers, open questions."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.odw_recording import Story
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.fold import fold
from odw_core.errors import Refused
from odw_core.model.evidence import Appended, Replaced
from odw_core.workflows.parallel_review_apply.adopted import Adopted, Left, adopted, why_not
from odw_core.workflows.parallel_review_apply.given import ReviewApplyInput

FIXTURES = Path(__file__).parents[3] / "fixtures"


def left(story: Story, given: Mapping[str, object] | None = None, *, alive: bool = False) -> Left:
    typed = json.dumps(given or {}).encode()
    state = json.dumps(story.state or {}).encode()
    return Left(story.acc, alive, story.journal, typed, state)


def recorded(name: str) -> Left:
    (folder,) = FIXTURES.glob(f"odw*/{name}/project/.odw/runs/odw-*")
    journal = (folder / "events.jsonl").read_bytes()
    whole = journal[: journal.rfind(b"\n") + 1]
    acc = fold(RunAcc(folder.name, "/place"), Replaced("run.json", (folder / "run.json").read_bytes()))
    fold(acc, Appended("events.jsonl", 0, whole, len(whole) < len(journal)))
    given, state = (folder / "input.raw").read_bytes(), (folder / "state.json").read_bytes()
    return Left(acc, False, whole, given, state)


def taken(found: Adopted) -> ReviewApplyInput:
    """The input as the native workflow takes it."""
    return ReviewApplyInput.model_validate(found.given)


def worktree(diff: str, *files: str) -> dict[str, object]:
    return {"text": "done", "worktree": {"changed": bool(diff), "files": [*files], "diff": diff}}


def patch(name: str, word: str) -> str:
    return f"diff --git a/{name} b/{name}\n--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-old\n+{word}\n"


def tasks(*names: str) -> dict[str, object]:
    return {"tasks": [{"id": name, "files": [f"{name}.py"], "prompt": f"write {name}"} for name in names]}


def review(story: Story, label: str, decision: str, *blockers: str, **more: Any) -> Story:
    """One review by one reviewer."""
    story.event("worktree_review_workspace", label=label, status="start").starts(f"{label}-review-1", "careful")
    story.ends(f"{label}-review-1", {"decision": decision, "blockers": [*blockers], **more})
    samples = {"blocker_samples": [*blockers], "blockers": len(blockers)}
    asked = {"owner_question_samples": more.get("owner_questions", [])}
    story.gate(decision, label, **samples, **asked)
    return story.event("worktree_review_workspace", label=label, status="done")


def ended(story: Story, **result: object) -> Story:
    return story.returns(ok=False, **result).exits("failed")


def rejected(*names: str, blockers: Sequence[str] = ("core.py:1 is wrong",)) -> Story:
    story = Story().launched().phase("Implement")
    for name in names:
        story.starts(name, worktree=True).ends(name, worktree(patch(f"{name}.py", "first"), f"{name}.py"))
    return review(story, "batch-review", "reject", *blockers)


def test_a_run_at_its_ceiling_goes_on_with_the_newest_diffs_and_the_last_blockers() -> None:
    given = taken(adopted(recorded("ceiling")))
    assert [task.id for task in given.tasks] == ["clamp-core", "clamp-cli", "clamp-tests", "clamp-docs"]
    assert given.tasks[0].prompt == "Implement clamp(value, low, high)."
    patches = {one.task: one.patch for one in given.candidates}
    assert set(patches) == {task.id for task in given.tasks}
    # Two tasks were repaired; the other two keep what they had in round 1.
    assert "RangeError" in patches["clamp-core"] and "BUG" not in patches["clamp-cli"]
    assert [(one.reviewer, one.round) for one in given.blockers] == [("correctness", 2)]
    assert given.blockers[0].text.startswith("src/clamp.js:2 throws where lo > hi")
    assert given.reviewers == ["correctness", "contract"]
    assert given.questions == []


def test_a_run_that_needs_its_owner_goes_on_with_the_question() -> None:
    found = adopted(recorded("needs_owner"))
    given = taken(found)
    assert [one.text for one in given.questions] == [
        "Must clamp(1, 3, 2) throw, or are its bounds swapped? Nothing in the request says so."
    ]
    assert (len(given.candidates), given.blockers) == (4, [])
    assert found.note.startswith("goes on with 4 tasks, 4 diffs, 1 question of odw-exec-")


def test_a_run_whose_owner_was_killed_goes_on_with_what_either_file_captured() -> None:
    given = taken(adopted(recorded("f")))
    # The journal ends before clamp-tests is done; state.json saw it.
    assert [one.task for one in given.candidates] == ["clamp-core", "clamp-tests"]
    assert len(given.tasks) == 4


def test_a_question_that_nobody_could_answer_is_asked_with_its_options() -> None:
    given = taken(adopted(recorded("d")))
    (question,) = given.questions
    assert (question.options, question.task) == (["stable", "beta"], "draft-note")
    assert given.tasks[0].prompt.startswith("Draft the note.")
    assert given.allow_undeclared_task_files


@pytest.mark.parametrize("name", ["a", "b", "g"])
def test_what_finished_or_captured_nothing_is_not_adopted(name: str) -> None:
    with pytest.raises(Refused) as refused:
        adopted(recorded(name))
    assert str(refused.value).endswith(".")


def test_a_run_at_work_is_not_adopted() -> None:
    story = Story().launched().phase("Implement").starts("core", worktree=True)
    assert "is still at work" in why_not(story.acc, True)
    assert "is still at work" not in why_not(story.acc, False)


def test_a_run_of_ours_is_not_adopted() -> None:
    assert "was driven by odw-tui" in why_not(Story().launched(backend="native").acc, False)


def test_a_blocker_that_a_repair_came_after_is_not_taken_over() -> None:
    blockers = ("core.py:1 is wrong", "docs.py:1 is wrong", "nobody knows where")
    story = rejected("core", "docs", blockers=blockers).event("log", message="repairing tasks=core|docs")
    story.phase("Repair").starts("core-repair-1", worktree=True).starts("docs-repair-1", worktree=True)
    story.ends("core-repair-1", worktree(patch("core.py", "second"), "core.py"))
    given = taken(adopted(left(story, tasks("core", "docs"))))
    assert [one.text for one in given.blockers] == ["docs.py:1 is wrong", "nobody knows where"]
    assert [one.patch.split("+")[-1] for one in given.candidates] == ["second\n", "first\n"]


def test_a_repair_that_changed_nothing_takes_no_diff_back() -> None:
    story = rejected("core").starts("core-repair-1", worktree=True).ends("core-repair-1", worktree(""))
    given = taken(adopted(left(ended(story), tasks("core"))))
    assert given.candidates[0].patch == patch("core.py", "first")


def test_a_failed_task_has_no_candidate_and_is_done_again() -> None:
    story = rejected("core").starts("docs", worktree=True).ends("docs", {"error": {"message": "no"}}, ok=False)
    given = taken(adopted(left(ended(story), tasks("core", "docs"))))
    assert [one.task for one in given.candidates] == ["core"]
    assert [task.id for task in given.tasks] == ["core", "docs"]


def test_a_planned_run_goes_on_with_the_plan() -> None:
    story = Story().launched().phase("Plan").event("agent_start", key="planner", phase="Plan", attempt=1)
    story.ends("planner", {"summary": "two tasks", **tasks("core", "docs")})
    story.phase("Implement").starts("core", worktree=True).ends("core", worktree(patch("core.py", "x"), "core.py"))
    given = taken(adopted(left(story, {"request": "make it so"})))
    assert [(task.id, task.files) for task in given.tasks] == [("core", ["core.py"]), ("docs", ["docs.py"])]
    assert given.request == "make it so"


def test_a_run_that_was_killed_while_it_planned_is_planned_anew() -> None:
    story = Story().launched().phase("Plan").starts("planner")
    given = taken(adopted(left(story, {"request": "make it so"})))
    assert (given.request, given.tasks, given.candidates) == ("make it so", [], [])


def test_a_long_prompt_comes_from_its_file() -> None:
    story = Story().launched().phase("Implement")
    fields = {"key": "core", "label": "impl:core", "runtime": "codex", "attempt": 1}
    story.event("agent_start", **fields, promptPreview="x" * 8000, config={"isolation": "worktree"})
    story.ends("core", worktree(patch("core.py", "x"), "core.py"))
    asked: list[tuple[str, str]] = []

    def prompt_of(runtime: str, label: str) -> str:
        asked.append((runtime, label))
        return "the whole prompt"

    found = adopted(Left(story.acc, False, story.journal, prompt_of=prompt_of))
    assert taken(found).tasks[0].prompt == "the whole prompt"
    assert asked == [("codex", "impl:core")]


def test_reviewers_that_a_native_run_cannot_take_are_left_out() -> None:
    given = {**tasks("core"), "reviewers": ["a", "A", "bad\nname"]}
    assert "reviewers" not in adopted(left(ended(rejected("core")), given)).given


def test_settings_of_the_input_stay() -> None:
    given = {**tasks("core"), "strictTaskFileBoundaries": False}
    assert not taken(adopted(left(ended(rejected("core")), given))).strict_task_file_boundaries


@pytest.mark.parametrize("name", ["ceiling", "needs_owner", "f", "d"])
def test_no_bytes_make_it_raise_anything_but_a_sentence(name: str) -> None:
    known = recorded(name)
    dice = random.Random(name)
    for _ in range(60):
        journal = bytearray(known.journal)
        for _ in range(dice.randrange(1, 30)):
            at = dice.randrange(len(journal))
            journal[at : at + dice.randrange(4)] = dice.randbytes(dice.randrange(4))
        data = bytes(journal)
        acc = fold(RunAcc("odw-exec-1-1", "/place"), Appended("events.jsonl", 0, data, False))
        try:
            found = adopted(Left(acc, False, data, known.given, known.state))
        except Refused as refused:
            assert str(refused).endswith(".")
        else:
            assert found.note
