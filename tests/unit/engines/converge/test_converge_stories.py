"""Every recording of Converge, read by the real engine: what must be inspected, shown, and never said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.converge_story import LATER, NAMES, expected, fold, inspected, lay, marks, read, said
from drivers.subset import missing
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.evidence import CommandOwner, Facts
from odw_core.model.item import Item, Progress, State

FACTS = Facts(LATER)


def details(place: Path, facts: Facts = FACTS) -> list[RunDetail]:
    engine = ConvergeEngine()
    return [engine.detail(acc, facts) for _, acc in read(place, engine).values()]  # type: ignore[misc]


def only(place: Path, facts: Facts = FACTS) -> RunDetail:
    (detail,) = details(place, facts)
    return detail


def notices(detail: RunDetail) -> list[str]:
    return [notice.text for notice in detail.notices]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "place"


@pytest.mark.parametrize("log", [True, False], ids=["with-log", "without-log"])
@pytest.mark.parametrize("name", NAMES)
def test_inspection_holds_what_is_expected(name: str, log: bool, place: Path) -> None:
    lay(name, place, log=log)
    before = marks(place)
    wanted = {key: value for key, value in expected(name).items() if not key.startswith("must_")}
    assert [*missing(wanted, inspected(place))] == []
    assert marks(place) == before


@pytest.mark.parametrize("name", NAMES)
def test_no_recording_has_a_problem(name: str, place: Path) -> None:
    lay(name, place)
    engine = ConvergeEngine()
    assert [problem for unit, acc in read(place, engine).values() for problem in engine.problems(acc, unit)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_stream_that_is_named_can_be_opened(name: str, place: Path) -> None:
    lay(name, place)
    engine = ConvergeEngine()
    for unit, acc in read(place, engine).values():
        detail: Any = engine.detail(acc, FACTS)
        attempts = [attempt for cell in detail.cells for attempt in cell.attempts]
        streams = [(unit.address, stream) for stream in (*detail.streams, None) if detail.streams]
        streams += [(attempt.address, stream) for attempt in attempts for stream in (*attempt.streams, None)]
        streams += [(unit.address, artifact.stream) for artifact in detail.artifacts]
        for address, stream in streams:
            source = engine.open_log(unit, acc, address, stream)
            assert source.title
            source.close()


def test_the_seed_shows_its_cause_first_though_upstream_cut_it(place: Path) -> None:
    detail = only(lay("codex-fail-fallback", place))
    assert [plan.badge for plan in detail.plans] == ["heuristic: Codex failed (exit 1)"] * 2
    assert all(plan.is_doubtful for plan in detail.plans)
    cause = detail.causes[0]
    assert cause.sentence == "planning failed because the sessions folder is not writable"
    assert cause.proof is not None
    assert cause.proof.text in (place / "stdout.log").read_text().split("\n")[cause.proof.line - 1]
    assert detail.cause[0].endswith("Permission denied (os error 13)")
    assert ".codex/sessions" in "\n".join(detail.cause[:5])
    assert detail.item.cause == cause.sentence
    assert detail.item.state is State.WAITING
    assert [(one.text, one.tasks) for one in detail.blockers] == [
        ("Repository type unclear; manual analysis required", ("src/converge",))
    ]
    assert {cell.row: cell.mark for cell in detail.cells} == {
        "src/converge": Mark.NEEDS_OWNER,
        "src/frontend": Mark.FALLBACK,
    }
    assert detail.item.tasks == Progress(0, 2), "a plan that no agent gave is never counted as one that is OK"
    assert "4 calls of Codex gave no plan; of its stderr the log keeps the last 1200 characters" in notices(detail)
    assert "Codex not tried" not in said(place)


def test_without_a_log_nobody_says_why_codex_gave_no_plan(place: Path) -> None:
    detail = only(lay("codex-fail-fallback", place, log=False))
    assert [plan.badge for plan in detail.plans] == ["heuristic", "heuristic"]
    assert all("only a log tells why" in plan.evidence[-1] for plan in detail.plans)
    assert detail.item.cause is None


def test_contract_issues_block_and_nobody_is_asked(place: Path) -> None:
    detail = only(lay("contract-blockers", place))
    assert detail.item.state is State.BLOCKED
    assert [blocker.reviewer for blocker in detail.blockers] == ["contract issue"] * 3
    assert detail.questions == ()
    assert sum(len(contract.artifacts) for contract in detail.contracts) == 4
    assert [plan.status for plan in detail.plans] == ["OK", "OK"]


def test_a_missing_repo_and_its_questions(place: Path) -> None:
    detail = only(lay("missing-repo", place))
    assert detail.blockers[0].text == "repo ghost is missing: repo path not found"
    assert [question.address.parts for question in detail.questions] == [("ghost",), ("ghost",)]
    assert {cell.row: cell.mark for cell in detail.cells} == {"api": Mark.FALLBACK, "ghost": Mark.NEEDS_OWNER}


def test_an_empty_split_is_the_reason(place: Path) -> None:
    detail = only(lay("hitl-without-questions", place))
    assert (detail.item.state, detail.item.why) == (
        State.BLOCKED,
        "no usable responsibility split (empty matrix)",
    )
    assert detail.questions == ()


def test_codex_answered_and_its_excerpts_are_marked(place: Path) -> None:
    detail = only(lay("converged-codex-json", place))
    assert (detail.item.state, detail.blockers) == (State.DONE, ())
    assert {plan.badge for plan in detail.plans} == {"Codex (gpt-5.3-codex)"}
    engine = ConvergeEngine()
    unit = next(engine.discover(str(place)))
    acc = fold(engine, unit)
    for stream in ("stdout", "stderr"):
        source = engine.open_log(unit, acc, unit.address.child("api"), stream)
        assert "first 2000 characters" in source.title
        source.close()


def test_an_unavailable_model_is_a_notice_and_no_failure(place: Path) -> None:
    detail = only(lay("model-fallback", place))
    assert (detail.item.state, detail.item.cause) == (State.DONE, None)
    assert {(plan.badge, plan.is_doubtful) for plan in detail.plans} == {("Codex (gpt-5)", False)}
    told = [text for text in notices(detail) if "unavailable" in text]
    assert told == ["gpt-5.3-codex was unavailable (exit 1) at api, round 1; the next model was tried"]
    assert "api: asked for gpt-5.3-codex first, gpt-5 answered" in [finding.text for finding in detail.findings]
    assert all(cause.is_warning for cause in detail.causes)


def test_an_answer_that_is_no_json_is_a_warning(place: Path) -> None:
    detail = only(lay("garbage-plan", place))
    assert (detail.item.state, detail.item.cause) == (State.DONE, None)
    plan = detail.plans[0]
    assert (plan.status, plan.badge) == ("OK", "heuristic: Codex answered, output not parsable")
    assert plan.is_doubtful


def test_only_a_prompt_was_written(place: Path) -> None:
    detail = only(lay("copilot-prompts", place))
    assert {(plan.badge, plan.status) for plan in detail.plans} == {("prompt only", "OK")}
    assert "no agent answered: only its prompt was written" in detail.plans[1].evidence
    notes = {artifact.name: artifact.note for artifact in detail.artifacts}
    assert notes["repo-plans/mystery/agent-prompt.txt"] == "the full prompt"
    assert detail.plans[1].prompt is not None
    assert "type: unknown" in detail.plans[1].evidence


def test_a_crash_shows_its_last_line(place: Path) -> None:
    detail = only(lay("crash-empty-run", place))
    assert detail.item.state is State.FAILED
    assert "'utf-8' codec can't decode byte 0xff" in detail.item.why
    assert "onfiguration" not in f"{detail.item.why}{detail.item.cause}"
    assert "flag" not in said(place)


def test_a_pause_of_the_command_is_lost(place: Path) -> None:
    item = only(lay("interrupt-cli-empty", place)).item
    assert (item.state, item.raw_state) == (State.BLOCKED, "empty")
    assert item.why.startswith("paused for a person, cannot be resumed")
    assert "FAILED" not in said(place)


@pytest.mark.parametrize("name", ["interrupt-cli-empty", "crash-empty-run"])
def test_an_empty_run_without_a_log_never_failed(name: str, place: Path) -> None:
    item = only(lay(name, place, log=False)).item
    assert (item.state, item.why, item.is_inferred) == (
        State.STALE,
        "no artifacts (crashed, paused or still planning)",
        True,
    )
    assert "FAILED" not in said(place)


def test_a_resumed_task_and_its_two_runs(place: Path) -> None:
    first, second, task = details(lay("interrupt-resumed", place))
    parent = Address("converge", "task-eec5598d-423d-4800-b972-6d92d2d15872")
    assert {first.item.parent, second.item.parent} == {parent}
    assert task.item.address == parent
    assert task.sessions == (first.item.address, second.item.address)
    assert second.item.state is State.IDLE
    assert second.item.why.startswith("a resume attempt of task eec5598d")
    assert 'a person decided: {"action": "accept", "by": "dev"}' in notices(first)
    assert any(text.startswith("status stays HITL_REQUIRED: upstream does not recompute") for text in notices(first))
    assert "1 pause; upstream notes it 2 times once it was answered" in notices(first)
    assert task.checkpoints == ("thread eec5598d-423d-4800-b972-6d92d2d15872, step 7: answered",)
    # Both witnesses tell of one question.
    assert [question.id for question in first.questions] == [question.id for question in task.questions]


def test_a_cancelled_task_asks_nobody(place: Path) -> None:
    *runs, task = details(lay("queue-conditional-resolve", place))
    assert [detail.item.state for detail in (*runs, task)] == [State.IDLE] * 3
    assert [detail.questions for detail in (*runs, task)] == [()] * 3
    assert {run.item.parent for run in runs} == {task.item.address}
    for run in runs:
        assert any(text.startswith("the stored answer was ignored: human_decision is null") for text in notices(run))


def test_the_older_layout_is_whole(place: Path) -> None:
    detail = only(lay("legacy-layout", place))
    assert detail.item.raw_state == "HITL_REQUIRED"
    notes = {artifact.name: artifact.note for artifact in detail.artifacts}
    assert "repo-plans/mystery/copilot-prompt.txt" in notes
    assert any(a.name.endswith("copilot-prompt.txt") for a in detail.plans[0].attachments)
    assert detail.contracts == ()
    words = said(place)
    assert "damaged" not in words
    assert "partial" not in words


def test_files_of_two_repos_with_one_name_belong_to_the_last(place: Path) -> None:
    detail = only(lay("name-collision", place))
    first, second = detail.plans
    assert (first.repo, second.repo) == ("team1/api", "team2/api")
    assert first.attachments == ()
    assert "repo-plans/api/plan.md" in [artifact.name for artifact in second.attachments]
    notes = {artifact.name: artifact.note for artifact in detail.artifacts}
    assert notes["repo-plans/api/plan.md"].startswith("of team2/api only")
    assert (first.evidence[0], second.evidence[0]) == ("type: python", "type: node")


def test_three_rounds_and_what_is_not_known_of_the_first_two(place: Path) -> None:
    detail = only(lay("three-rounds-three-repos", place, log=False))
    assert [column.title for column in detail.columns] == ["round 1", "round 2", "round 3"]
    assert {cell.column for cell in detail.cells} == {"round-3"}
    assert "plans of the rounds before round 3 are not kept by upstream" in notices(detail)
    assert detail.columns[1].why == (
        "started because round 1 ended HITL_REQUIRED; stopped to plan again: the ceiling was not reached"
    )
    assert detail.columns[2].why.endswith("stopped at the ceiling of 3 rounds")
    assert {plan.badge for plan in detail.plans} == {"Codex (gpt-5.3-codex)"}
    assert [blocker.text for blocker in detail.blockers] == ["Who owns the gift card ledger?"]
    for plan in detail.plans:
        names = [artifact.name.rpartition("/")[2] for artifact in plan.attachments]
        assert {"plan.md", "agent-prompt.txt"} <= {*names}
    assert any(text.startswith("exit code 2 of the command means HITL_REQUIRED") for text in notices(detail))


def test_with_a_log_the_earlier_rounds_are_told_but_their_plans_are_not(place: Path) -> None:
    detail = only(lay("three-rounds-three-repos", place))
    earlier = [cell for cell in detail.cells if cell.column != "round-3"]
    assert len(earlier) == 6
    assert {attempt.streams for cell in earlier for attempt in cell.attempts} == {("log",)}


def test_nothing_was_executed(place: Path) -> None:
    detail = only(lay("converged-codex-json", place))
    assert "nothing was executed or installed; commands are hints" in notices(detail)
    assert "pytest" in detail.plans[0].commands


def young(place: Path, stamp: str = "20261121T001251061654Z", **facts: Any) -> tuple[Item, Any]:
    engine = ConvergeEngine()
    (place / ".converge" / "runs" / stamp).mkdir(parents=True)
    (unit,) = engine.discover(str(place))
    began = 1_795_219_971.061654
    moment = Facts(**{"now": began + 10, **facts})
    acc = fold(engine, unit, moment)
    return engine.item(acc, moment), engine.owner(unit, acc)


def test_a_run_whose_log_nobody_saved_is_shown_live_and_inferred(place: Path) -> None:
    item, owner = young(place, alive=True)
    assert (item.state, item.is_inferred) == (State.RUNNING, True)
    assert isinstance(owner, CommandOwner)
    assert (owner.words, owner.folder) == (("converge", "coordinate"), str(place))
    assert owner.began_after < 1_795_219_971.061654 <= owner.began_before + 1
    (claim,) = item.claims
    assert (claim.engine, claim.folder, claim.until) == ("codex", str(place), None)


def test_a_planner_that_lives_is_never_stale_for_being_silent(place: Path) -> None:
    assert young(place, alive=True, now=1_795_219_971.0 + 100_000)[0].state is State.RUNNING


def test_a_young_run_turns_stale_by_itself(place: Path) -> None:
    item, _ = young(place)
    assert item.state is State.RUNNING
    assert item.next_deadline == 1_795_219_971.061654 + 900


def test_a_folder_that_upstream_never_left_is_reported(place: Path) -> None:
    lay("converged-codex-json", place)
    run = next((place / ".converge" / "runs").iterdir())
    (run / "run.json").unlink()
    engine = ConvergeEngine()
    ((unit, acc),) = read(place, engine).values()
    assert [problem.path for problem in engine.problems(acc, unit)] == [str(run / "run.json")]
    assert engine.item(acc, FACTS).state is State.STALE
    (found,) = inspected(place)["runs"]
    assert (found["state"], found["status"]) == ("partial", None)


def test_a_repo_called_up_keeps_its_files_in_the_run_folder(place: Path) -> None:
    lay("garbage-plan", place)
    run = next((place / ".converge" / "runs").iterdir())
    record = json.loads((run / "run.json").read_text())
    record["repo_plans"][0]["repo_path"] = ".."
    (run / "run.json").write_text(json.dumps(record))
    for name in ("plan.md", "agent-prompt.txt", "commands.sh"):
        (run / "repo-plans" / "api" / name).rename(run / name)
    detail = only(place)
    assert [artifact.name for artifact in detail.plans[0].attachments] == ["agent-prompt.txt", "commands.sh", "plan.md"]


def test_contradictions_are_found_with_their_proof(place: Path) -> None:
    lay("contract-blockers", place)
    run = next((place / ".converge" / "runs").iterdir())
    record = json.loads((run / "run.json").read_text())
    record.update(status="CONVERGED", round=3, repo_plans=record["repo_plans"][:1])
    (run / "run.json").write_text(json.dumps(record, indent=2))
    (run / "contract-map.json").write_text("{}")
    found = {finding.text: finding.proof for finding in only(place).findings}
    assert {
        "3 rounds happened, though 1 were allowed",
        "run.json counts 3 rounds, its events show 1",
        "no plan for contract-b, though it was asked for",
        "the last round says 2 plans, run.json holds 1",
        "contract-map.json differs from what run.json says of contracts",
        "summary.md says HITL_REQUIRED, run.json CONVERGED",
        "the log says HITL_REQUIRED, run.json CONVERGED",
    } <= {*found}
    lines = (run / "run.json").read_text().split("\n")
    proof = found["3 rounds happened, though 1 were allowed"]
    assert proof is not None
    assert '"round": 3' in lines[proof.line - 1]


def test_what_may_hold_credentials_is_named_and_never_opened(place: Path) -> None:
    lay("converged-codex-json", place)
    run = next((place / ".converge" / "runs").iterdir())
    (run / "repo-plans" / "api" / "auth.json").write_text("canary")
    (run / "linked.txt").symlink_to("/etc/passwd")
    engine = ConvergeEngine()
    ((unit, acc),) = read(place, engine).values()
    assert "repo-plans/api/auth.json" in inspected(place)["runs"][0]["files"]
    assert not [body for body in engine.bodies(unit, acc) if "auth.json" in body.path or "linked" in body.path]
    for name in ("repo-plans/api/auth.json", "linked.txt"):
        with pytest.raises(NotFound):
            engine.open_log(unit, acc, unit.address, name)


def test_both_sides_of_a_contract_issue_are_named_as_far_as_the_files_say(place: Path) -> None:
    lay("contract-blockers", place)
    drift, path, operation = only(place).mismatches
    assert (drift.kind, drift.id, [(side.repo, side.path) for side in drift.declared]) == (
        "drift",
        "openapi.yaml",
        [("contract-a", "openapi.yaml"), ("contract-b", "openapi.yaml")],
    )
    assert len({side.text for side in drift.declared}) == 2
    assert (path.kind, path.id, path.declared) == ("undefined_path", "http:path:/api/refunds/{id}", ())
    assert [side.repo for side in path.consumed] == ["contract-b"]
    assert (operation.kind, operation.id) == ("undefined_operation", "graphql:operation:MissingThing")


def test_the_states_of_a_run_show_its_loops_and_that_nothing_new_was_told(place: Path) -> None:
    lay("three-rounds-three-repos", place)
    graph = only(place).graph
    assert graph is not None and (graph.lit, graph.is_over) == ("write", True)
    assert [(loop.round, loop.source, loop.target) for loop in graph.loops] == [
        (1, "decide", "propose"),
        (2, "decide", "propose"),
    ]
    assert "tells its planners nothing new" in graph.loops[0].why
    assert {node.key: node.times for node in graph.nodes}["plan"] == 3


def test_a_pause_is_a_state_of_its_own(place: Path) -> None:
    lay("interrupt-resumed", place)
    graph = next(detail.graph for detail in details(place) if detail.graph is not None and detail.plans)
    assert [node.key for node in graph.nodes if node.times] == [
        *("collect", "propose", "plan", "align", "decide", "pause", "write")
    ]


def test_a_run_without_files_shows_the_states_that_its_log_tells(place: Path) -> None:
    lay("crash-empty-run", place)
    graph = only(place).graph
    assert graph is not None and graph.lit in ("propose", "plan", "align") and graph.is_over


def test_upstream_keeps_one_round_of_a_plan_and_no_other_is_made_up(place: Path) -> None:
    lay("three-rounds-three-repos", place)
    assert [[one.number for one in plan.rounds] for plan in only(place).plans] == [[3], [3], [3]]


def test_a_round_that_agrees_on_what_nobody_planned_is_no_fine_one(place: Path) -> None:
    detail = only(lay("name-collision", place))
    assert {cell.mark for cell in detail.cells} == {Mark.FALLBACK}
    assert [column.mark for column in detail.columns] == [Mark.FALLBACK]
    assert {plan.verdict for plan in detail.plans} == {"FALLBACK, says OK"}
    assert (detail.item.tasks, detail.item.raw_state) == (Progress(0, 2), "CONVERGED")
