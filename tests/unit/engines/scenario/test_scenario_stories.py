"""What scenario batches must be shown as: the five stories of the scenario reference §8, and its rules one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.batch_story import BEGAN, DENIED, EMPTY_MODEL, ENOENT, FOLDER, NAME, OLD_LOG, SCHEMA, STORIES, Batch
from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.errors import NotFound
from odw_core.model.address import Address
from odw_core.model.detail import Mark, RunDetail
from odw_core.model.evidence import Appended, Facts, Replaced, Unit
from odw_core.model.item import Item, Progress, State

ENGINE = ScenarioEngine()
LATER = Facts(BEGAN.timestamp() + 86_400)
UNIT = Unit(Address("scenario", NAME), "/place", f"/place/logs/{NAME}.log")
OLD_UNIT = Unit(Address("scenario", "error-021926_1830"), "/place", "/place/logs/error_output/021926_1830.errorlog")


def acc_of(log: bytes, unit: Unit = UNIT) -> object:
    return ENGINE.fold(ENGINE.start(unit), Appended("", 0, log, False))


def item_of(batch: Batch, facts: Facts = LATER) -> Item:
    return ENGINE.item(acc_of(batch.log), facts)


def detail_of(batch: Batch, facts: Facts = LATER) -> RunDetail:
    detail = ENGINE.detail(acc_of(batch.log), facts)
    assert isinstance(detail, RunDetail)
    return detail


def diagnoses(batch: Batch) -> list[object]:
    read = ENGINE.inspection([(UNIT, acc_of(batch.log), None)], ())["scenario"]
    return read["runs"][0]["diagnoses"]  # type: ignore[index]


@pytest.mark.parametrize("name", STORIES)
def test_a_fixture_is_what_its_story_tells(name: str) -> None:
    assert (FOLDER / name / "logs" / f"{NAME}.log").read_bytes() == STORIES[name]().log


def test_a_batch_that_stopped_early_says_how_far_it_came() -> None:
    item = item_of(STORIES["stopped-early"]())
    assert (item.state, item.raw_state, item.tasks) == (State.STALE, "running", Progress(16, 40))
    assert item.why.startswith("stopped early: scenario 17 of 40 was the last that was reached; silent")
    assert item.cause == "stopped early: scenario 17 of 40 was the last that was reached"
    assert item.ended_at is None


def test_a_batch_at_work_says_at_what() -> None:
    batch = STORIES["stopped-early"]()
    item = item_of(batch, Facts(batch.now.timestamp()))
    assert (item.state, item.stage, item.cause) == (State.RUNNING, "scenario 17/40 Transfer 17", None)
    assert detail_of(batch, Facts(batch.now.timestamp())).cells[-1].mark is Mark.RUNNING


def test_a_batch_whose_owner_is_gone_is_stale_at_once() -> None:
    batch = STORIES["stopped-early"]()
    item = item_of(batch, Facts(batch.now.timestamp(), alive=False))
    assert item.state is State.STALE
    assert "stopped early" in item.why


def test_g1_an_empty_model_is_the_root_and_what_follows_is_not_counted() -> None:
    batch = STORIES["empty-model"]()
    item, detail = item_of(batch), detail_of(batch)
    assert (item.state, item.tasks) == (State.FAILED, Progress(1, 3))
    assert item.cause == "the model name was empty in scenarios 1–2"
    assert [cause.kind for cause in detail.causes] == ["EMPTY_MODEL"]
    assert [finding.text for finding in detail.findings] == [
        "EMPTY_MODEL in scenarios 1–2",
        "MCP_SCHEMA in scenarios 1–2: cascade of EMPTY_MODEL, not counted",
    ]
    assert detail.causes[0].fix.startswith("Set the model")
    assert detail.causes[0].proof is not None
    assert detail.causes[0].proof.line == 4


def test_g3_a_missing_command_in_scenarios_that_wrote_their_file_is_one_warning() -> None:
    batch = STORIES["missing-command"]()
    item, detail = item_of(batch), detail_of(batch)
    assert (item.state, item.tasks, item.cause) == (State.DONE, Progress(10, 10), None)
    (warning,) = detail.causes
    assert (warning.kind, warning.is_warning) == ("EXEC_ENOENT", True)
    assert "(40 times): rg --files" in warning.sentence
    assert {cell.note for cell in detail.cells} == {"EXEC_ENOENT ×4"}


def test_a_refused_write_shows_path_and_sandbox_and_keeps_the_answer() -> None:
    batch = STORIES["read-only-outputs"]()
    item, detail = item_of(batch), detail_of(batch)
    assert item.state is State.FAILED
    assert item.cause == "a write was refused in scenario 2: outputs/scenario_002.md, sandbox in /srv/batch"
    assert [cause.kind for cause in detail.causes] == ["PERMISSION", "NO_FILE"]
    assert "output missing: scenario 2" in [notice.text for notice in detail.notices]
    missing = [one for one in detail.artifacts if one.size is None]
    assert [(one.name, one.stream) for one in missing] == [("outputs/scenario_002.md", "output-2")]


def test_a_conflict_before_the_start_holds_the_batch() -> None:
    item = item_of(STORIES["conflict"]())
    assert (item.state, item.raw_state) == (State.BLOCKED, "preflight failed")
    assert "OPENAI_DEFAULT_MODEL=gpt-4o" in item.why


def test_a_forced_start_is_noticed_and_goes_on() -> None:
    batch = Batch(1, argv=("--force",)).checks("model", "FAIL", "blank").does(1).stops()
    assert item_of(batch).state is State.DONE
    assert any("--force" in notice.text for notice in detail_of(batch).notices)


def test_g2_another_model_is_an_error_and_a_dated_one_a_warning() -> None:
    batch = Batch(2).starts(1).ends(1, "FAILED", None, model_seen="gpt-4o", error="x").starts(2)
    batch.ends(2, model_seen="gpt-5-codex-2025-11-13").stops()
    other, dated = detail_of(batch).causes
    assert other.sentence == "another model answered in scenario 1: asked for gpt-5-codex, answered by gpt-4o"
    assert (other.is_warning, dated.is_warning) == (False, True)


def test_a_blank_model_seen_at_the_end_is_the_root_of_everything_in_its_scenario() -> None:
    batch = Batch(1).starts(1).calls(1, "codex", SCHEMA).calls(1, "tee", DENIED).ends(1, "NO_FILE", model_seen="")
    causes = detail_of(batch.stops()).causes
    assert [cause.kind for cause in causes] == ["EMPTY_MODEL"]


def test_a_schema_error_by_itself_is_a_cause() -> None:
    batch = Batch(1).starts(1).calls(1, "codex", SCHEMA).ends(1, "FAILED", None, error="x").stops()
    assert [cause.kind for cause in detail_of(batch).causes] == ["MCP_SCHEMA"]


def test_what_the_log_diagnosed_and_what_we_see_is_counted_once() -> None:
    batch = Batch(1).starts(1).calls(1, "rg", ENOENT).add("diagnostic", index=1, kind="EXEC_ENOENT", evidence=ENOENT)
    batch.calls(1, "rg", ENOENT).add("diagnostic", index=1, kind="EXEC_ENOENT", evidence=ENOENT).ends(1).stops()
    assert [(one["kind"], one["count"]) for one in diagnoses(batch)] == [("EXEC_ENOENT", 2)]  # type: ignore[index]


def test_an_ok_without_a_file_is_no_success() -> None:
    batch = Batch(2).starts(1).ends(1, file_written=None, bytes=None).starts(2).ends(2, bytes=0).stops()
    item = item_of(batch)
    assert (item.state, item.tasks) == (State.FAILED, Progress(0, 2))
    assert item.cause == "no file was written in scenarios 1–2"


def test_a_failure_outside_our_table_is_told_by_the_table_of_codex() -> None:
    error = "unexpected status 401 Unauthorized: Incorrect API key provided"
    batch = Batch(1).starts(1).ends(1, "FAILED", None, error=error).stops()
    (cause,) = detail_of(batch).causes
    assert cause.kind == "auth_invalid"
    assert cause.sentence.endswith("in scenario 1")


def test_a_failure_that_nobody_knows_is_told_in_its_own_words() -> None:
    batch = Batch(1).starts(1).ends(1, "FAILED", None, error="the moon is full").stops()
    assert item_of(batch).cause == "the moon is full, in scenario 1"


@pytest.mark.parametrize(
    ("reason", "state", "raw"),
    [
        ("completed", State.DONE, "completed"),
        ("max_scenarios", State.DONE, "max_scenarios"),
        ("fail_fast", State.FAILED, "fail_fast"),
        ("cancelled", State.IDLE, "cancelled"),
        ("crashed", State.FAILED, "crashed"),
    ],
)
def test_every_reason_to_end_is_shown_as_what_it_is(reason: str, state: State, raw: str) -> None:
    item = item_of(Batch(1).does(1).stops(reason))
    assert (item.state, item.raw_state) == (state, raw)
    assert item.ended_at is not None


def test_fewer_ends_than_starts_is_stopped_early_whatever_the_end_says() -> None:
    item = item_of(Batch(2).does(1).starts(2).stops("completed"))
    assert item.state is State.FAILED
    assert item.cause == "stopped early: scenario 2 of 2 was the last that was reached"


def test_an_end_that_counts_otherwise_than_its_records_is_found() -> None:
    found = [finding.text for finding in detail_of(Batch(9).does(1).stops("completed", OK=9)).findings]
    assert found == [
        "the end of the log counts 9 OK, its records show 1",
        "the run says it is completed, but 1 of 9 scenarios began",
    ]


def test_a_scenario_tried_again_has_two_attempts_and_the_newer_decides() -> None:
    batch = Batch(1).starts(1).ends(1, "FAILED", None, error=EMPTY_MODEL).does(1).stops()
    (cell,) = detail_of(batch).cells
    assert [attempt.mark for attempt in cell.attempts] == [Mark.FAILED, Mark.DONE]
    assert item_of(batch).state is State.DONE


def test_a_log_of_another_program_is_named_plainly_and_is_no_problem() -> None:
    acc = acc_of(b"2026-02-20 10:15:00 - converge - INFO - Config initialized: goal=x\n{}\n")
    item = ENGINE.item(acc, LATER)
    assert (item.state, item.raw_state) == (State.DONE, "not a run log")
    assert ENGINE.problems(acc, UNIT) == ()


def test_a_broken_line_is_a_problem_at_its_place_and_the_rest_is_read() -> None:
    head = Batch(1).log
    acc = acc_of(head + b'{"type": "scen\n' + Batch(1).does(1).log[len(head) :])
    (problem,) = ENGINE.problems(acc, UNIT)
    assert (problem.path, problem.offset) == (UNIT.root, len(head))
    assert ENGINE.item(acc, LATER).tasks == Progress(1, 1)


def test_records_may_stand_around_their_fields() -> None:
    log = b'{"ts":"2026-02-20T10:15:00+01:00","run_start":{"scenario_count":2,"scenario_file":"list.md"}}\n'
    item = ENGINE.item(acc_of(log), LATER)
    assert (item.title, item.tasks) == ("list", Progress(0, 2))


def test_l6_an_old_error_log_is_read_with_the_same_table() -> None:
    acc = acc_of(OLD_LOG, OLD_UNIT)
    item, detail = ENGINE.item(acc, LATER), ENGINE.detail(acc, LATER)
    assert (item.state, item.cause) == (State.FAILED, "the model name was empty in scenario 2")
    assert [(one.kind, one.is_warning, one.proof and one.proof.line) for one in detail.causes] == [
        ("EMPTY_MODEL", False, 6),
        ("EXEC_ENOENT", True, 2),
    ]
    assert "MCP_SCHEMA in scenario 2: cascade of EMPTY_MODEL, not counted" in [one.text for one in detail.findings]


def test_an_old_error_log_without_troubles_is_done() -> None:
    acc = acc_of(b"starting\nall is well\n", OLD_UNIT)
    item = ENGINE.item(acc, LATER)
    assert (item.state, item.stage, item.last_words) == (State.DONE, "2 lines", "all is well")


def test_only_names_that_fit_are_found_and_links_are_not_followed(tmp_path: Path) -> None:
    logs = tmp_path / "place" / "logs"
    (logs / "error_output").mkdir(parents=True)
    for name in (f"{NAME}.log", f"{NAME}-2.log", "converge.log", "run-1.log", "error_output/021926_1830.errorlog"):
        (logs / name).touch()
    found = [str(unit.address) for unit in ENGINE.discover(str(tmp_path / "place"))]
    assert found == [f"scenario:{NAME}-2", f"scenario:{NAME}", "scenario:error-021926_1830"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "logs").symlink_to(logs)
    assert not [*ENGINE.discover(str(tmp_path / "other"))]
    assert ENGINE.is_place(str(tmp_path / "place"))
    assert not ENGINE.is_place(str(tmp_path / "other"))


def folded(name: str) -> tuple[Unit, object]:
    (unit,) = ENGINE.discover(str(FOLDER / name))
    acc = ENGINE.fold(ENGINE.start(unit), Appended("", 0, Path(unit.root).read_bytes(), False))
    look = ENGINE.follower(unit, ".d").look()
    if isinstance(look.evidence, Replaced):
        acc = ENGINE.fold(acc, look.evidence)
    return unit, acc


def lines_of(unit: Unit, acc: object, parts: tuple[str, ...], stream: str | None) -> list[str]:
    source = ENGINE.open_log(unit, acc, Address(unit.address.engine, unit.address.item, parts), stream)
    try:
        while source.count_more():
            pass
        return source.lines(0, source.line_count)
    finally:
        source.close()


def test_prompt_answer_and_raw_responses_of_a_scenario_are_whole() -> None:
    unit, acc = folded("read-only-outputs")
    assert lines_of(unit, acc, ("2",), None) == ["# Transfer 2", "", "The text that could not be saved."]
    assert lines_of(unit, acc, ("2", "1"), "prompt") == ["Describe Transfer 2 in outputs/scenario_002.md."]
    assert lines_of(unit, acc, ("2",), "raw") == ['{"id": "resp_1", "output": []}']
    assert lines_of(unit, acc, (), "output-1") == ["Done."]
    assert lines_of(unit, acc, (), "raw/002-raw.jsonl") == ['{"id": "resp_1", "output": []}']
    detail = ENGINE.detail(acc, LATER)
    assert [cell.attempts[0].streams for cell in detail.cells] == [
        ("output", "prompt", "records"),
        ("output", "prompt", "records", "raw"),
    ]


def test_the_journal_is_the_log_in_words_and_the_file_as_it_lies() -> None:
    unit, acc = folded("conflict")
    journal = lines_of(unit, acc, (), None)
    assert [line[10:] for line in journal] == [
        "run_start  5 scenarios of input/DataTransferScenarioList.md",
        "preflight  PASS outputs writable  outputs/",
        "preflight  FAIL model variables  OPENAI_DEFAULT_MODEL=gpt-4o is not gpt-5-codex",
    ]
    assert len(lines_of(unit, acc, (), "file")) == 3


@pytest.mark.parametrize(
    ("parts", "stream"), [(("9",), None), (("1", "7"), None), ((), "raw/../../x"), ((), "output-9"), (("1",), "stderr")]
)
def test_what_is_not_there_is_said_in_a_sentence(parts: tuple[str, ...], stream: str | None) -> None:
    unit, acc = folded("read-only-outputs")
    with pytest.raises(NotFound):
        lines_of(unit, acc, parts, stream)
