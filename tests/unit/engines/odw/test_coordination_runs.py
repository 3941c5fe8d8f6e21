"""What runs of ours over several repos are shown as: rounds, plans, contracts from both sides, states, campaigns."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import coordination_story as story
from drivers.coordination_story import API, ASKED, DENIED, NOT_DECLARED, STAMP, WEB, Campaign, Coordination
from drivers.odw_recording import BEGAN_MS, RUN_ID, Story
from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.records import JournalLine
from odw_core.model.address import Address
from odw_core.model.coordination import Loop, PlanDifference, Side, differences
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.evidence import Appended, Facts, Replaced, Unit
from odw_core.model.item import Claim, Item, Progress, State
from odw_core.service.documents.rows import detail_document

ENGINE = OdwEngine()
UNIT = Unit(Address("odw", RUN_ID), "/place", f"/place/.odw/runs/{RUN_ID}")
FACTS = Facts(BEGAN_MS / 1000 + 60, True)


def shown(told: Story) -> RunDetail:
    detail = ENGINE.detail(told.acc, FACTS)
    assert isinstance(detail, RunDetail)
    return detail


def row(told: Story) -> Item:
    return ENGINE.item(told.acc, FACTS)


@pytest.mark.parametrize(
    ("told", "stage"),
    [
        (Coordination().begun(), "looking at repos"),
        (Coordination().begun().looked(), "splitting r1/3"),
        (Coordination().begun().looked().split(), "planning r1/3"),
        (story.planning_again(), "planning r2/3"),
        (story.asking(), "1 question, round 1"),
        (story.asking().asks("and who pays?", identity="q-2"), "2 questions, round 1"),
        (story.asking().answered(), "splitting r2/3"),
        (story.agreed(), "converged, round 2"),
    ],
)
def test_its_stage_is_told_in_a_few_words(told: Story, stage: str) -> None:
    assert row(told).stage == stage


def test_its_tasks_are_the_repos_and_done_are_those_whose_plan_nobody_doubts() -> None:
    assert row(story.asking()).tasks == Progress(1, 2)
    assert row(story.agreed()).tasks == Progress(2, 2)
    assert row(story.fallen_back()).tasks == Progress(0, 2)


def test_the_cause_of_a_fallback_is_said_first() -> None:
    detail = shown(story.fallen_back())
    assert detail.item.state is State.WAITING
    assert detail.item.why.startswith(f"{DENIED} (fallback plans: 2 of 2)")
    assert detail.cause[0] == f"api: {DENIED}"
    assert [cause.kind for cause in detail.causes] == ["PERMISSION"]
    assert all(plan.is_doubtful and plan.badge == f"fallback: {DENIED}" for plan in detail.plans)
    assert [call.cause for call in detail.calls] == [DENIED, DENIED]
    assert detail.calls[0].stderr == "attempts/plan-api-r1-1/stderr.log"


def test_rounds_are_columns_and_repos_are_rows() -> None:
    detail = shown(story.planning_again())
    assert [(column.title, column.mark) for column in detail.columns] == [
        ("round 1", Mark.REJECTED),
        ("round 2", Mark.RUNNING),
    ]
    assert [(one.key, one.title) for one in detail.rows] == [(API, "api"), (WEB, "web")]
    marks = {(cell.row, cell.column): cell.mark for cell in detail.cells}
    assert marks[WEB, "round-1"] is Mark.DONE
    assert marks[WEB, "round-2"] is Mark.RUNNING
    assert all(cell.attempts for cell in detail.cells)


def test_whoever_splits_is_a_row_above_the_repos() -> None:
    told = Coordination().begun().looked()
    told.event("agent_start", key="split-r1", label="split", phase="Split", attempt=1, runtime="codex", config={})
    assert [one.title for one in shown(told).rows] == ["who does what", "api", "web"]


def test_a_repo_called_split_is_a_repo() -> None:
    told = Coordination().begun()
    told.event("agent_start", key="plan-split-r1", label="split", phase="Plan", attempt=1, runtime="codex", config={})
    assert [cell.row for cell in shown(told).cells] == []
    told.event("coordination_plan", round=1, repo="/work/split", base="split", key="plan-split-r1", status="OK")
    assert [cell.row for cell in shown(told).cells] == ["/work/split"]


def test_both_sides_of_a_mismatch_are_named_with_their_lines() -> None:
    mismatch = shown(story.asking()).mismatches[0]
    assert mismatch.text == NOT_DECLARED
    assert mismatch.declared == (Side(API, "openapi.yaml", 12, "  /api/refund/{refundId}:"),)
    assert mismatch.consumed == (Side(WEB, "src/refunds.ts", 31, "fetch(`/api/refunds/${id}`)"),)
    contracts = shown(story.asking()).contracts
    assert contracts[0].places == (
        (
            "http:path:/api/refund/{refundId}",
            Side(API, "openapi.yaml", 12, "  /api/refund/{refundId}:"),
        ),
    )


def test_a_round_shows_what_it_added_removed_and_which_question_was_answered() -> None:
    plans = {plan.repo: plan for plan in shown(story.agreed()).plans}
    assert differences(plans[WEB].rounds) == (
        PlanDifference(
            before=1,
            after=2,
            kept=("show refunds",),
            added=("show amounts in EUR",),
            removed=("cache refunds for a day",),
            summary=("Show refunds.", "Show refunds in EUR."),
            answered=((ASKED, "EUR alone"),),
            asked=(),
            status=("HITL_REQUIRED", "OK"),
        ),
    )


def test_the_node_it_is_in_is_lit_and_a_loop_says_why() -> None:
    again = shown(story.planning_again()).graph
    assert again is not None
    assert again.lit == "plan"
    assert again.loops == (
        Loop(1, "decide", "propose", "round 1 of 3 did not agree: web consumes what api does not declare"),
    )
    paused = shown(story.asking()).graph
    assert paused is not None
    assert (paused.lit, paused.loops) == ("pause", ())
    over = shown(story.agreed()).graph
    assert over is not None
    assert (over.lit, over.is_over) == ("write", True)
    assert [(loop.source, loop.why) for loop in over.loops] == [("pause", f"a person answered: {ASKED} EUR alone")]
    assert {(edge.source, edge.target): edge.times for edge in over.edges}["plan", "align"] == 2


def test_a_blocker_that_the_next_round_has_no_more_is_fixed() -> None:
    detail = shown(story.agreed())
    assert [(one.reviewer, one.fate) for one in detail.blockers] == [
        ("question", "fixed in round 2"),
        ("contract issue", "fixed in round 2"),
    ]
    assert detail.item.blockers == 0
    assert row(story.asking()).blockers == 2


def test_what_a_person_accepted_is_no_blocker_any_more() -> None:
    told = story.asking()
    told.event("coordination_accepted", reasons=[story.ISSUE], by="ada@here")
    assert row(told).blockers == 1
    assert [one.fate for one in shown(told).blockers] == ["open", "accepted as it is"]


def test_the_folder_it_wrote_for_others_is_its_child_and_so_is_a_log_of_a_batch() -> None:
    assert row(story.agreed()).claims == (Claim("converge", session=STAMP),)
    told = Coordination().begun()
    for runtime, thread in (("scenario", "run-20261120-212816"), ("scenario", "../x"), ("converge", "latest")):
        told.event("agent_session", key="", attempt=1, runtime=runtime, thread=thread)
    assert row(told).claims == (Claim("scenario", session="run-20261120-212816"),)


def test_a_campaign_that_stopped_half_way_says_in_one_line_what_landed() -> None:
    detail = shown(story.half_landed())
    assert detail.item.stage == "1 of 2 landed"
    assert detail.item.why.startswith("landed: api; not landed: web; web stopped: a person rejected it in round 2")
    assert detail.item.tasks == Progress(1, 2)
    assert [one.stands_for for one in detail.rows] == [
        Address("odw", story.CHILD_API),
        Address("odw", story.CHILD_WEB),
    ]
    assert [(cell.row, cell.column, cell.mark) for cell in detail.cells][-1] == (WEB, "running", Mark.FAILED)


def test_a_repo_that_landed_and_failed_its_verification_says_so_in_its_last_cell() -> None:
    told = Campaign().begun()
    for state in ("running", "approved", "landed"):
        told.repo(WEB, state, story.CHILD_WEB)
    assert [cell.column for cell in shown(told).cells if cell.row == WEB] == ["running", "approved", "landed"]
    told.repo(WEB, "landed", story.CHILD_WEB, "npm test exited with 1")
    detail = shown(told)
    last = [cell for cell in detail.cells if cell.row == WEB][-1]
    assert (last.column, last.mark, last.note) == ("verified", Mark.FAILED, "npm test exited with 1")
    assert [one.mark for one in detail.columns if one.key == "verified"] == [Mark.FAILED]


def test_what_broke_a_campaign_is_what_broke_its_repos() -> None:
    told = Campaign().begun().repo(API, "verified", story.CHILD_API).repo(WEB, "failed", story.CHILD_WEB, "rejected")
    error = {"category": "campaign_incomplete", "message": "landed: api; not landed: web; web failed: rejected"}
    told.event("workflow_done", name="campaign", result={"ok": False, "error": error})
    told.exits("failed", 1)
    assert shown(told).cause == ("web: rejected",)
    assert (row(told).cause, row(told).why) == ("web: rejected", error["message"])


def test_a_run_that_lost_its_driver_makes_the_row_of_its_campaign_stand_still() -> None:
    told = Campaign().begun().repo(API, "verified", story.CHILD_API)
    told.event("campaign_repo", repo=WEB, run=story.CHILD_WEB, state="running", why="gone", is_left=True)
    item = row(told)
    assert (item.state, item.raw_state) == (State.STALE, "orphaned")
    assert item.why == "web stands still: its driver is gone; landed: api; resume it to go on"
    assert shown(told).cells[-1].mark is Mark.UNFINISHED
    told.repo(WEB, "running", story.CHILD_WEB)
    assert (row(told).state, row(told).why) == (State.RUNNING, "landed: api; web at work")
    told.event("campaign_repo", repo=WEB, run=story.CHILD_WEB, state="running", why="asks: so?", asks="so?")
    assert row(told).why == "web asks: so?; landed: api"


def test_a_campaign_waits_for_its_runs_however_long_they_take() -> None:
    told = Campaign().begun().repo(API, "running", story.CHILD_API)
    day = Facts(told.now_ms / 1000 + 86_400, True)
    assert ENGINE.item(told.acc, day).state is State.RUNNING


def test_a_campaign_that_runs_again_what_did_not_land_says_of_whom_and_what_stays() -> None:
    told = Campaign()
    told.line(JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:x", "ts_ms": told.now_ms}))
    told.recorded("running").event("workflow_start", name="campaign", backend="native")
    repos = [
        {"repo": API, "name": "api", "after": [], "has_landed": True},
        {"repo": WEB, "name": "web-2", "after": [API]},
    ]
    told.event("campaign", repos=repos, hold_landings=False, again="odw-exec-1-2")
    told.repo(API, "verified", story.CHILD_API).repo(WEB, "waits")
    said = [one.text for one in shown(told).notices]
    assert "it runs again what did not land in odw:odw-exec-1-2; api landed there and is not run again" in said
    assert "web-2 starts after api" in said and [one.title for one in shown(told).rows] == ["api", "web-2"]


def batch() -> Story:
    told = Story()
    told.line(JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:x", "ts_ms": told.now_ms}))
    told.recorded("running").event("workflow_start", name="scenario-batch", backend="native")
    told.event("batch", log="logs/run-20261120-212816.log", count=9, planned=[1, 2, 3, 4], jobs=1, model="gpt-5-codex")
    told.starts("scenario-001", "the first").ends("scenario-001")
    told.event("scenario_event", index=1, line="[2026-11-20 21:28:26] END   1/4 OK 10.0s the first")
    told.starts("scenario-002", "the second").ends("scenario-002")
    told.event("scenario_event", index=2, line="[2026-11-20 21:28:56] END   2/4 NO_FILE 30.0s the second")
    return told.starts("scenario-003", "the third")


def test_a_batch_says_how_far_it_is_and_when_it_will_be_over() -> None:
    detail = shown(batch())
    assert detail.item.stage == "scenario 3/4 the third"
    assert detail.item.tasks == Progress(1, 4)
    found = detail.batch
    assert found is not None
    assert (found.done, found.total, found.typical_s) == (2, 4, 20.0)
    assert [one.index for one in found.missing] == [2]
    began = found.scenarios[2].started_at
    # The one at work, then one more, twenty seconds each.
    assert began is not None
    assert found.ends_at == began + 40.0


@pytest.mark.parametrize(
    "told", [story.planning_again(), story.agreed(), story.fallen_back(), story.half_landed(), batch()]
)
def test_a_checkpoint_may_cut_it_anywhere(told: Story) -> None:
    whole = told.acc
    lines = told.journal.splitlines(keepends=True)
    acc = ENGINE.fold(ENGINE.start(UNIT), Replaced("run.json", json.dumps(told.record).encode()))
    at = 0
    for line in lines:
        acc = ENGINE.load(UNIT, ENGINE.dump(ENGINE.fold(acc, Appended("events.jsonl", at, line, False))))
        at += len(line)
    assert isinstance(acc, RunAcc)
    acc.place = whole.place
    assert acc == whole
    assert ENGINE.detail(acc, FACTS) == ENGINE.detail(whole, FACTS)


NAMES = ("repos", "plans", "issues", "reasons", "assignments", "round", "key", "planned", "line", "answers", "declared")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1 << 40) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)
KINDS = (
    *("coordination", "coordination_repos", "coordination_split", "coordination_plan", "coordination_contracts"),
    *("coordination_decided", "coordination_answered", "coordination_accepted", "plan_edited", "plans_approved"),
    *("coordination_written", "agent_call", "campaign", "campaign_repo", "batch", "scenario_event"),
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), VALUES)), max_size=6))
def test_whatever_such_events_hold_nothing_raises(events: list[tuple[str, dict[str, object]]]) -> None:
    told = Coordination().begun()
    for kind, fields in events:
        told.event(kind, **fields)
    acc = told.acc
    for alive in (True, False, None):
        assert detail_document(ENGINE.detail(acc, Facts(FACTS.now, alive)))
    assert ENGINE.dump(ENGINE.load(UNIT, ENGINE.dump(acc))) == ENGINE.dump(acc)
