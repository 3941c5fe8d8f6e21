"""Coordinate with the real Codex: plans that agree, and a Codex that cannot keep its sessions, its cause told first."""

from __future__ import annotations

import json

import pytest

from drivers.codex_planners import Planners
from drivers.coordinated import REPOS, plan
from drivers.real_codex import RealCodex
from drivers.unwritable import without_power_over_files


@pytest.fixture
def planners(codex: RealCodex) -> Planners:
    return Planners(codex)


def test_two_repositories_are_planned_at_once_and_agree(planners: Planners) -> None:
    run = planners.start()
    assert run.until_over()["status"] == "completed", run.story
    keys = sorted(str(event["key"]) for event in run.of("agent_session") if event["runtime"] == "codex")
    assert keys == ["plan-api-r1", "plan-web-r1", "split-r1"]
    calls = run.of("agent_call")
    assert {call["argv"][1] for call in calls} == {"app-server"} and {call["exit_code"] for call in calls} == {None}
    (written,) = run.of("coordination_written")
    folder = planners.codex.project / ".converge" / "runs" / str(written["stamp"])
    record = json.loads((folder / "run.json").read_text())
    assert (record["status"], record["round"]) == ("CONVERGED", 1)
    assert [one["proposed_changes"] for one in record["repo_plans"]] == [
        ["Add DELETE /api/orders/{orderId}."],
        ["Show a button."],
    ]
    assert {one["raw"]["execution_mode"] for one in record["repo_plans"]} == {"codex_cli"}


def test_an_answer_through_commands_completes_the_run(planners: Planners) -> None:
    planners.plans("web", plan("Show it.", questions=("Which orders?",)))
    planners.plans("web", plan("Show it for open orders."), when="Which orders? — Only open ones.")
    run = planners.start()
    question = planners.asked(run, "question")
    assert question["title"] == "Which orders?"
    assert planners("answer", str(question["id"]), "--text", "Only open ones.", "--yes").code == 0
    assert run.until_over()["status"] == "completed", run.story
    assert [one["status"] for one in run.of("coordination_decided")][-1] == "CONVERGED"


def test_a_codex_that_cannot_keep_its_sessions_is_told_first(planners: Planners) -> None:
    """The seed's case: two repositories, conditional, two rounds; nobody answers, and the reason is a folder."""
    codex = planners.codex
    codex.program = without_power_over_files(codex)
    (codex.home / "sessions").mkdir(mode=0o500)
    for repo in REPOS:
        codex.model.teach(repo, [[{"hang": 300}]], repeats=True, when=f"Path: {codex.project / repo}\n")
    run = planners.start(mode="conditional", max_rounds=2, deadline_s=8)
    card = planners.asked(run, "coordination")
    cause = "the sessions folder is not writable"
    assert str(card["title"]).startswith(cause) and str(card["title"]).endswith("(api, web)")
    assert str(card["text"]).splitlines()[1].endswith(f"api: {card['title']}".removesuffix(" (api, web)"))
    shown = planners("show", str(run.address))
    assert cause in shown.out.splitlines()[1]
    assert cause in planners("show", str(run.address), "--json").document["why"]
    # The same calls are not made again: nothing is new, so a person is asked after the first of two rounds.
    assert sorted({str(event["key"]) for event in run.of("agent_start")}) == ["plan-api-r1", "plan-web-r1", "split-r1"]
    assert {event["status"] for event in run.of("coordination_plan")} == {"FALLBACK"}
    for call in run.of("agent_call"):
        assert "Permission denied (os error 13)" in (planners.folder(run) / str(call["stderr"])).read_text()
    (codex.home / "sessions").chmod(0o700)
    planners.plans("api", plan("Add DELETE /api/orders/{orderId}."))
    planners.plans("web", plan("Show a button."))
    assert planners("reject", str(card["id"]), "--as", "look_again", "--yes").code == 0
    assert run.until_over()["status"] == "completed", run.story


def test_plans_that_came_although_sessions_were_not_kept_say_so_first(planners: Planners) -> None:
    codex = planners.codex
    codex.program = without_power_over_files(codex)
    (codex.home / "sessions").mkdir(mode=0o500)
    planners.plans("web", plan("Show it.", questions=("Which orders?",)))
    run = planners.start()
    question = planners.asked(run, "question")
    assert str(question["text"]).startswith("the sessions folder is not writable")
    assert {event["status"] for event in run.of("coordination_plan")} == {"OK", "HITL_REQUIRED"}
    (codex.home / "sessions").chmod(0o700)
    planners.plans("web", plan("Show it for open orders."), when="Which orders? — Only open ones.")
    planners.splits()
    assert planners("answer", str(question["id"]), "--text", "Only open ones.", "--yes").code == 0
    assert run.until_over()["status"] == "completed", run.story
