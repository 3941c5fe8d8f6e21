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


def works(story: Story, key: str, prompt: str = "", *, label: str = "", **fields: object) -> Story:
    """A node in a worktree that was told ``prompt``."""
    config = {"isolation": "worktree"}
    named = {"key": key, "label": label or key, "runtime": "codex", "attempt": 1}
    return story.event(
        "agent_start", **{**named, "promptPreview": prompt or f"write {key}", "config": config, **fields}
    )


def test_a_run_that_landed_and_died_before_its_end_is_not_adopted() -> None:
    story = works(Story().launched().phase("Implement"), "core").ends(
        "core", worktree(patch("core.py", "x"), "core.py")
    )
    story.gate("approve").event("worktree_patch_apply", label="land-1", ok=True, applied=True, files=1)
    assert "has landed or finished" in why_not(story.acc, False)
    nothing = works(Story().launched(), "core").event("worktree_patch_apply", label="land-1", ok=True, applied=False)
    assert why_not(nothing.acc, False) == ""


@pytest.mark.parametrize("wish", ["", " \n"])
def test_what_names_neither_a_task_nor_a_wish_is_not_adopted(wish: str) -> None:
    story = Story().launched().phase("Plan")
    with pytest.raises(Refused) as refused:
        adopted(left(story, {"request": wish}))
    assert str(refused.value) == f"{story.run_id} names no task and no request; start a run with odw-tui start instead."


@pytest.mark.parametrize("key", ["request", "spec", "goal"])
def test_what_is_planned_anew_says_so_and_keeps_the_wish_as_it_was_typed(key: str) -> None:
    story = Story().launched().phase("Plan").starts("planner")
    found = adopted(left(story, {key: " make it so\n"}))
    assert found.given[key] == " make it so\n"
    assert "tasks" not in found.given
    assert found.note == f"asks anew what {story.run_id} asked"


def test_a_diff_of_what_is_no_task_is_left_out() -> None:
    given = taken(adopted(left(ended(rejected("core", "docs")), tasks("core"))))
    assert [one.task for one in given.candidates] == ["core"]


def test_files_may_stay_undeclared_only_where_a_task_declares_none() -> None:
    typed = {"tasks": [*tasks("core")["tasks"], {"id": "docs", "prompt": "write docs"}]}  # type: ignore[misc]
    assert taken(adopted(left(ended(rejected("core", "docs")), typed))).allow_undeclared_task_files
    declared = adopted(left(ended(rejected("core", "docs")), tasks("core", "docs")))
    assert "allow_undeclared_task_files" not in declared.given


@pytest.mark.parametrize(
    "result",
    [
        {"worktree": {"changed": True, "files": ["core.py"], "diff": patch("core.py", "x"), "error": "cannot add"}},
        {"worktree": {"changed": True, "files": ["core.py"], "diff": " \n"}},
        {"worktree": None},
        "done",
    ],
)
def test_what_git_could_not_capture_is_no_candidate(result: object) -> None:
    story = works(Story().launched(), "core").ends("core", result)
    assert adopted(left(story, tasks("core"))).given["candidates"] == []


def test_what_a_failed_node_left_in_its_worktree_is_no_candidate() -> None:
    story = works(Story().launched(), "core").ends("core", worktree(patch("core.py", "half"), "core.py"), ok=False)
    said = {"ok": False, "key": "docs", "result": worktree(patch("docs.py", "half"), "docs.py")}
    story.remembers(agents={"docs": said, "more": None})
    assert adopted(left(story, tasks("core", "docs"))).given["candidates"] == []


def test_the_journal_counts_where_both_files_know_a_node_and_the_newest_round_whichever_knows_it() -> None:
    story = works(Story().launched(), "core").ends("core", worktree(patch("core.py", "told"), "core.py"))
    works(story, "docs-repair-1").ends("docs-repair-1", worktree(patch("docs.py", "second"), "docs.py"))
    story.remembers(
        agents={
            "core": {"ok": True, "key": "core", "result": worktree(patch("core.py", "other"), "core.py")},
            "docs": {"ok": True, "key": "docs", "result": worktree(patch("docs.py", "first"), "docs.py")},
            "more": {"key": "more", "phase": "Implement", "result": worktree(patch("more.py", "seen"), "more.py")},
        }
    )
    given = taken(adopted(left(story, tasks("core", "docs", "more"))))
    assert {one.task: one.patch.split("+")[-1] for one in given.candidates} == {
        "core": "told\n",
        "docs": "second\n",
        "more": "seen\n",
    }


@pytest.mark.parametrize("broken", [{"id": "docs"}, {"prompt": "write docs"}, {"id": "docs", "prompt": " "}])
def test_a_list_with_a_task_that_cannot_be_run_is_not_believed(broken: dict[str, object]) -> None:
    story = works(
        works(Story().launched().phase("Implement"), "core", "the words of core"), "docs", "the words of docs"
    )
    typed = {"tasks": [*tasks("core")["tasks"], broken]}  # type: ignore[misc]
    given = taken(adopted(left(story, typed)))
    assert [(task.id, task.prompt) for task in given.tasks] == [
        ("core", "the words of core"),
        ("docs", "the words of docs"),
    ]


def test_without_a_list_the_nodes_that_worked_are_the_tasks_with_their_first_prompts() -> None:
    story = works(Story().launched().phase("Implement"), "core", "the words of core")
    story.ends("core", worktree(patch("core.py", "first"), "core.py"))
    story.event("agent_start", key="look", label="look", attempt=1, promptPreview="look at it", config={})
    story.ends("look", tasks("invented"))
    review(story, "batch-review", "reject", "core.py:1 is wrong")
    works(story, "core-repair-1", "core again")
    works(story, "silent", " ", promptPreview="")
    given = taken(adopted(left(story)))
    assert [(task.id, task.files, task.prompt) for task in given.tasks] == [("core", ["core.py"], "the words of core")]
    assert (given.blockers[0].round, given.blockers[0].reviewer) == (1, "careful")


def test_files_are_those_that_the_run_said_else_those_that_changed() -> None:
    story = works(Story().launched().phase("Implement"), "core", "the words of core")
    review(
        story.ends("core", worktree(patch("core.py", "x"), "core.py")), "batch-review", "reject", "core.py:1 is wrong"
    )
    history = [{"step": "plan", "tasks": [{"id": "core", "files": ["core.py", "more.py"]}]}]
    given = taken(adopted(left(ended(story, history=history))))
    assert given.tasks[0].files == ["core.py", "more.py"]


def test_nodes_of_a_workflow_of_its_own_get_names_that_a_task_may_have() -> None:
    story = Story().launched().phase("Draft")
    for key in ("agent:draft note:", "::", "done"):
        story.event("agent_start", key=key, label=key, attempt=1, promptPreview=f"do {key}", config={})
    story.ends("done")
    given = taken(adopted(left(story)))
    assert [(task.id, task.prompt) for task in given.tasks] == [
        ("agent-draft-note", "do agent:draft note:"),
        ("task", "do ::"),
    ]


def test_a_task_keeps_its_model_and_effort_unless_it_inherits_them() -> None:
    typed = {
        "tasks": [
            {"id": "core", "files": ["core.py"], "prompt": "p", "model": "gpt-5", "effort": "high"},
            {"id": "docs", "files": ["docs.py"], "prompt": "p", "model": "inherit", "effort": ""},
        ]
    }
    core, docs = adopted(left(ended(rejected("core")), typed)).given["tasks"]  # type: ignore[misc]
    assert (core["model"], core["effort"]) == ("gpt-5", "high")
    assert not {"model", "effort"} & {*docs}


def test_a_prompt_that_no_file_holds_whole_is_what_the_journal_kept() -> None:
    story = works(Story().launched(), "core", "x" * 8000)
    assert taken(adopted(left(story))).tasks[0].prompt == "x" * 8000
    short = works(Story().launched(), "core", "x" * 7999)
    whole = Left(short.acc, False, short.journal, prompt_of=lambda runtime, label: "of a file")
    assert taken(adopted(whole)).tasks[0].prompt == "x" * 7999


def test_blockers_of_a_batch_that_was_approved_are_none() -> None:
    story = review(works(Story().launched(), "core"), "batch-review", "approve", "core.py:1 could be nicer")
    assert adopted(left(story, tasks("core"))).given["blockers"] == []


def test_one_file_of_several_is_enough_to_say_whose_blocker_it_is() -> None:
    story = rejected("core", blockers=("core.py:1 is wrong",))
    works(story, "core-repair-1").ends("core-repair-1", worktree(patch("core.py", "second"), "core.py"))
    typed = {"tasks": [{"id": "core", "files": ["more.py", "core.py"], "prompt": "p"}]}
    assert adopted(left(story, typed)).given["blockers"] == []


def test_a_repair_that_failed_answers_no_blocker() -> None:
    story = works(rejected("core"), "core-repair-1").ends("core-repair-1", {"error": {"message": "no"}}, ok=False)
    assert [one.text for one in taken(adopted(left(story, tasks("core")))).blockers] == ["core.py:1 is wrong"]


def test_a_blocker_is_taken_over_once_and_never_empty() -> None:
    story = rejected("core", blockers=("core.py:1 is wrong", " ", "core.py:1 is wrong"))
    assert [one.text for one in taken(adopted(left(ended(story), tasks("core")))).blockers] == ["core.py:1 is wrong"]


def test_a_blocker_that_only_the_gate_tells_names_no_reviewer() -> None:
    story = works(Story().launched(), "core").gate("reject", blockers=1, blocker_samples=["core.py:1 is wrong"])
    assert adopted(left(ended(story), tasks("core"))).given["blockers"] == [{"text": "core.py:1 is wrong", "round": 1}]


def test_questions_of_the_owner_are_open_only_where_the_batch_waits_for_them() -> None:
    story = review(works(Story().launched(), "core"), "batch-review", "reject", "x", owner_questions=["May it?"])
    assert adopted(left(ended(story), tasks("core"))).given["questions"] == []


def test_questions_of_the_owner_come_whole_from_the_history_else_as_the_gate_sampled_them() -> None:
    def asked(*history: dict[str, object]) -> list[str]:
        story = works(Story().launched(), "core").gate("needs_owner", owner_question_samples=["May …", " ", "May …"])
        return [one.text for one in taken(adopted(left(ended(story, history=history), tasks("core")))).questions]

    assert asked() == asked({"step": "review"}) == asked({"step": "plan", "owner_questions": ["no"]}) == ["May …"]
    earlier = {"step": "review", "owner_questions": ["An earlier one?"]}
    assert asked(earlier, {"step": "review", "owner_questions": ["May it throw?"]}, {"step": "plan"}) == [
        "May it throw?"
    ]


def test_a_question_without_words_is_none_and_an_option_without_a_label_is_none() -> None:
    options = [{"label": "stable"}, {"label": ""}, {"description": "beta"}]
    questions = [{"question": "Which?", "options": options}, {"question": " "}, {"question": "Sure?", "options": []}]
    result = {"state": "waiting_for_user", "ok": False, "pending_user_input": {"questions": questions}}
    story = Story().launched().phase("Plan").starts("planner").ends("planner", result, ok=False)
    asked = adopted(left(ended(story), tasks("core"))).given["questions"]
    assert asked == [{"text": "Which?", "options": ["stable"]}, {"text": "Sure?"}]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ({"reviewers": ["careful", "Careful"]}, ["Careful"]),
        ({"reviewers": [{"label": "careful"}, {"label": "owner"}]}, ["careful", "owner"]),
        ({"reviewers": [f"r{number}" for number in range(8)]}, [f"r{number}" for number in range(8)]),
        ({"reviewers": [f"r{number}" for number in range(9)]}, None),
        ({"reviewers": ["x" * 60]}, ["x" * 60]),
        ({"reviewers": ["x" * 61]}, None),
        ({"reviewers": [" a"]}, None),
        ({"reviewers": [""]}, ["careful"]),
        ({}, ["careful"]),
    ],
)
def test_reviewers_are_those_that_were_typed_else_those_of_the_last_review(typed: Any, names: Any) -> None:
    given = adopted(left(ended(rejected("core")), {**tasks("core"), **typed})).given
    assert given.get("reviewers") == names


def test_what_finished_is_not_adopted_whatever_it_changed() -> None:
    story = works(Story().launched(), "core").ends("core").returns(ok=True).exits("completed")
    assert "has landed or finished" in why_not(story.acc, False)


def test_who_plans_in_a_worktree_and_what_repairs_without_one_is_no_task() -> None:
    story = works(Story().launched().phase("Implement"), "core")
    works(story, "planner", phase="Plan")
    story.event("agent_start", key="docs-repair-1", label="docs", attempt=1, promptPreview="mend", config={})
    assert [task.id for task in taken(adopted(left(story))).tasks] == ["core"]


def test_without_a_review_nobody_is_taken_for_a_reviewer() -> None:
    assert "reviewers" not in adopted(left(works(Story().launched(), "core"), tasks("core"))).given


def test_who_has_no_label_is_called_by_its_key() -> None:
    story = works(Story().launched(), "core", "x" * 8000, label="")
    story.journal = story.journal.replace(b'"label":"core"', b'"label":""')
    asked: list[str] = []
    adopted(Left(story.acc, False, story.journal, prompt_of=lambda runtime, label: asked.append(label) or "whole"))
    assert asked == ["core"]
