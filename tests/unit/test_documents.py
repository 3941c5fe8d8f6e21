"""The documents of ``--json``: names, times, and that every one of them is JSON."""

from __future__ import annotations

import json
import math

import pytest

from drivers import plan_samples, samples
from odw_core.model.address import Address
from odw_core.model.change import Change
from odw_core.model.detail import Detail
from odw_core.model.item import State, Tokens
from odw_core.model.problem import Problem
from odw_core.service import parts
from odw_core.service.documents import plain_values
from odw_core.service.documents import rows as documents


def test_a_time_is_iso_8601_with_its_zone() -> None:
    assert plain_values.time_text(samples.NOW + 0.0474) == "2026-11-21T00:08:16.047Z"
    assert plain_values.time_text(0) == "1970-01-01T00:00:00.000Z"
    assert plain_values.time_text(-1.5) == "1969-12-31T23:59:58.500Z"


@pytest.mark.parametrize("at", [None, math.nan, math.inf, -math.inf, 1e18, -1e18])
def test_a_time_that_no_calendar_holds_is_null(at: float | None) -> None:
    assert plain_values.time_text(at) is None


def test_an_item_says_its_state_why_and_the_engines_own_word() -> None:
    item = samples.item("run", State.FAILED, age_s=90.5, tokens=Tokens(47, True, 40, 30, 7), cause="exit 1")
    told = documents.item_document(item)
    assert told["address"] == "odw:run"
    assert (told["engine"], told["kind"], told["state"], told["raw_state"]) == ("odw", "run", "failed", "completed")
    assert told["why"] == item.why
    assert told["tokens"] == {
        "total": 47,
        "input": 40,
        "cached": 30,
        "output": 7,
        "reasoning": None,
        "at_least": True,
    }
    assert told["duration_s"] == 80.5
    assert (told["tasks"], told["parent"], told["blocker_count"]) == (None, None, None)


def test_status_counts_every_state_and_lists_what_waits() -> None:
    told = documents.status_document(samples.room())
    assert told["counts"] == {
        "waiting": 2,
        "blocked": 1,
        "failed": 2,
        "running": 2,
        "stale": 1,
        "idle": 0,
        "done": 2,
    }
    assert list(told["counts"]) == [state.value for state in State]
    assert {one["address"] for one in told["waiting"]} == {"odw:add-owner-review-queue", "odw:fix-rounding-in-invoices"}
    assert told["open_questions"] == 2


def test_the_sessions_of_a_run_are_not_counted_beside_it() -> None:
    run = samples.item("run")
    room = samples.snapshot([run, samples.session_item(parent=run.address)])
    assert sum(documents.status_document(room)["counts"].values()) == 1


def test_the_inbox_has_what_an_answer_needs() -> None:
    (told, _) = documents.inbox_document(samples.room().questions)["questions"]
    assert {"id", "address", "kind", "asked_at", "title", "text", "options", "digest", "inferred"} <= told.keys()
    assert [option["label"] for option in told["options"]] == ["7 days", "30 days"]
    assert told["fields"][0]["allows_other"] is True


def test_a_change_names_both_sides() -> None:
    item = samples.item("run")
    told = documents.change_document(Change(7, item.address, None, item), samples.NOW)
    assert (told["schema"], told["seq"], told["before"], told["after"]["state"]) == (1, 7, None, "running")


@pytest.mark.parametrize("detail", [samples.run_detail(), samples.session_detail()])
def test_a_detail_is_its_item_and_more(detail: Detail) -> None:
    told = documents.detail_document(detail)
    assert told["schema"] == 1
    assert documents.item_document(detail.item).items() <= {**told, "model": detail.item.model}.items()
    assert told["streams"] == list(detail.streams)
    assert isinstance(told["questions"], list)


def test_a_task_is_its_row_of_the_grid_and_an_attempt_is_itself() -> None:
    detail = samples.run_detail()
    run = detail.item.address
    row = documents.part_document(detail, run.child("core"))["cells"]
    assert [cell["column"] for cell in row] == ["plan", "round-1", "round-2", "round-3", "land"]
    (cell,) = documents.part_document(detail, run.child("core-r2", "1"))["cells"]
    assert [attempt["address"] for attempt in cell["attempts"]] == [str(run.child("core-r2", "1"))]
    assert documents.part_document(detail, run.child("nothing"))["cells"] == []
    assert parts.cells_at(samples.session_detail(), Address("pandacode", "core-1", ("core",))) == ()


def test_the_part_of_a_repo_has_its_plan_and_other_parts_have_none() -> None:
    detail = plan_samples.planning_detail()
    plan = detail.plans[0]
    told = documents.part_document(detail, plan.address)["plan"]
    assert told in documents.detail_document(detail)["plans"], "said as it is in the whole document"
    assert (told["repo"], told["prompt"], told["badge"]) == (plan.repo, plan.prompt, plan.badge)
    assert json.loads(json.dumps(told)) == told
    run = samples.run_detail()
    assert documents.part_document(run, run.item.address.child("core"))["plan"] is None


def test_the_newest_attempt_of_a_task_is_the_one_of_its_last_round() -> None:
    detail = samples.run_detail()
    run = detail.item.address
    assert parts.newest_attempt(detail, run.child("core")) == ("core", "round-3", 0)
    assert parts.newest_attempt(detail, run.child("core-r1")) == ("core", "round-1", 0)
    assert parts.newest_attempt(detail, run) is None


def test_every_document_is_json() -> None:
    room = samples.snapshot(samples.room_items(), samples.room().questions, problems=[Problem("/x", 3, "torn")])
    run = samples.run_detail(questions=room.questions)
    every = [
        documents.list_document(room.items.values()),
        documents.status_document(room),
        documents.inbox_document(room.questions),
        documents.inspect_document({"odw": {"runs": []}}),
        documents.detail_document(run),
        documents.detail_document(samples.session_detail()),
        documents.part_document(run, run.item.address.child("core")),
        documents.question_page(room.questions[0], None),
    ]
    for document in every:
        assert document["schema"] == 1
        assert json.loads(json.dumps(document, allow_nan=False)) == document
