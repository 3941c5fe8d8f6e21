"""What the batch pane is told: how far, when it ends, root causes, missing outputs, everything of one scenario."""

from __future__ import annotations

from pathlib import Path

from drivers.batch_panes import NOW, running
from drivers.batch_story import BEGAN, FOLDER, NAME, STORIES, Batch
from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.model.address import Address
from odw_core.model.batch import Batch as Told
from odw_core.model.batch import ends_at, typical
from odw_core.model.detail import RunDetail
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.service.documents.rows import detail_document

ENGINE = ScenarioEngine()


def told(batch: Batch, now: float | None = None) -> Told:
    unit = Unit(Address("scenario", NAME), "/place", f"/place/logs/{NAME}.log")
    acc = ENGINE.fold(ENGINE.start(unit), Appended("", 0, batch.log, False))
    detail = ENGINE.detail(acc, Facts(BEGAN.timestamp() + 86_400 if now is None else now))
    assert isinstance(detail, RunDetail) and detail.batch is not None
    return detail.batch


def test_it_says_how_far_it_is_and_when_the_rest_will_be_over() -> None:
    batch = running().batch
    assert batch is not None
    assert (batch.done, batch.total, batch.typical_s, batch.jobs) == (3, 6, 20.0, 1)
    # The one at work began ten seconds ago; two more follow it.
    assert batch.ends_at == NOW - 10 + 60.0
    assert [one.index for one in batch.missing] == [2]


def test_a_batch_that_is_over_or_silent_promises_no_end() -> None:
    assert told(STORIES["empty-model"]()).ends_at is None
    stopped = told(STORIES["stopped-early"]())
    assert (stopped.done, stopped.total, stopped.ends_at) == (16, 40, None)
    assert stopped.scenarios[-1].status == "unfinished"
    assert [(one.kind, one.scenarios) for one in stopped.groups] == [("STOPPED_EARLY", (17,))]


def test_the_end_is_reckoned_from_finished_durations_and_jobs() -> None:
    assert typical([]) is None and typical([5.0]) == 5.0 and typical([1.0, 9.0, 2.0, 4.0]) == 3.0
    assert ends_at(4, 2, 10.0, [100.0, 105.0]) == 135.0
    assert ends_at(0, 1, 10.0, [100.0]) == 110.0
    assert ends_at(3, 1, None, [100.0]) is None and ends_at(3, 1, 10.0, []) is None


def test_diagnoses_are_grouped_by_root_cause_with_their_line() -> None:
    groups = told(STORIES["empty-model"]()).groups
    assert [(one.kind, one.cascade_of, one.is_warning) for one in groups] == [
        ("EMPTY_MODEL", "", False),
        ("MCP_SCHEMA", "EMPTY_MODEL", False),
    ]
    assert groups[0].scenarios == (1, 2) and groups[0].fix.startswith("Set the model")
    assert groups[0].proof is not None and groups[0].proof.line > 1
    scenario = told(STORIES["empty-model"]()).scenarios[0]
    assert [(one.kind, one.cascade_of) for one in scenario.diagnoses] == [
        ("EMPTY_MODEL", ""),
        ("MCP_SCHEMA", "EMPTY_MODEL"),
    ]


def test_forty_failing_commands_of_scenarios_that_wrote_their_files_are_one_warning() -> None:
    (group,) = told(STORIES["missing-command"]()).groups
    assert (group.kind, group.is_warning, group.count) == ("EXEC_ENOENT", True, 40)


def test_all_of_one_scenario_is_one_text_with_the_signs_beside_the_lines_that_show_them() -> None:
    place = FOLDER / "empty-model"
    log = Path(place, "logs", f"{NAME}.log")
    unit = Unit(Address("scenario", NAME), str(place), str(log))
    acc = ENGINE.fold(ENGINE.start(unit), Appended("", 0, log.read_bytes(), False))
    source = ENGINE.open_log(unit, acc, unit.address.child("2", "1"), "records")
    while source.count_more():
        pass
    lines = source.lines(0, source.line_count)
    source.close()
    kinds = [line.split()[1] for line in lines]
    assert kinds[0] == "start" and kinds[-1] == "end" and "tool" in kinds
    assert all(line.split()[2] == "2" for line in lines)
    assert any(line.endswith("EMPTY_MODEL") for line in lines) and any(line.endswith("MCP_SCHEMA") for line in lines)


def test_show_tells_all_of_it() -> None:
    document = detail_document(running())
    batch = document["batch"]
    assert (batch["done"], batch["total"], batch["missing"]) == (3, 6, [2])
    assert batch["ends_at"] is not None and batch["groups"][0]["kind"] == "EMPTY_MODEL"
    assert batch["scenarios"][2]["is_other_model"] is True
    assert batch["scenarios"][1]["diagnoses"][0]["evidence"]["line"] > 0
