"""Native batches by real supervisors, with scripted agents as processes: statements R, E and L, and the diagnoses."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from datetime import datetime

import pytest

from drivers.live_room import cold_room
from drivers.runs_world import RunsWorld, world
from drivers.scenario_batch import MODEL, ScenarioBatch, every, listed, place, writes
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Interrupt, Outcome, Resume
from odw_core.model.detail import RunDetail
from odw_core.model.item import State
from odw_core.process.groups import bearers
from odw_core.runs.children import MARKER
from odw_core.service.documents.rows import detail_document
from odw_core.workflows.scenario_batch.event_lines import END, START

__all__ = ["place", "world"]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")

ENOENT = "ERROR codex_core::exec: exec error: No such file or directory (os error 2)"
SCHEMA = "1 validation error for CallToolResult: content Field required"
EMPTY = "HTTP 400: The '' model is not supported"


def pairs(lines: list[str]) -> list[tuple[int, str]]:
    """Index and status of each scenario, once it is sure that starts and ends pair."""
    open_ones: set[int] = set()
    found = []
    for line in lines:
        if begins := START.match(line):
            assert int(begins[2]) not in open_ones
            open_ones.add(int(begins[2]))
        else:
            ends = END.match(line)
            assert ends is not None, line
            open_ones.remove(int(ends[2]))
            found.append((int(ends[2]), ends[4]))
    assert open_ones == set()
    return found


async def test_r2_one_call_a_scenario_in_order_and_each_writes_its_file(place: ScenarioBatch) -> None:
    run = await place.whole()
    assert place.calls(run) == ["scenario-001", "scenario-002", "scenario-003"]
    assert place.outputs() == {f"scenario_00{n}.md": f"# Transfer {n}\n" for n in (1, 2, 3)}
    assert place.result(run)["ok"] and place.result(run)["reason"] == "completed"


async def test_e1_one_line_at_the_start_and_one_at_the_end_of_each(place: ScenarioBatch) -> None:
    run = await place.whole()
    assert pairs(place.lines(run)) == [(1, "OK"), (2, "OK"), (3, "OK")]
    assert [bool(START.match(line)) for line in place.lines(run)] == [True, False] * 3


async def test_l1_the_log_is_named_by_its_local_start_and_one_of_the_same_second_gets_a_number(
    place: ScenarioBatch,
) -> None:
    run = await place.whole()
    began = datetime.fromtimestamp(int(run.item.split("-")[2]) / 1000)
    assert place.log(run).name == began.strftime("run-%Y%m%d-%H%M%S.log")
    # Whoever comes in the same second finds the name taken.
    from odw_core.workflows.scenario_batch.log import open_log

    folder = place.world.folder(run).root / "another"
    folder.mkdir()
    kept: list[str] = []
    log = open_log(str(place.root), folder, None, kept.append, lambda: 0.0, began.timestamp())
    log.close()
    assert kept == [place.log(run).stem + "-2"]


async def test_l2_l3_every_record_has_its_fields_and_a_time_with_a_zone(place: ScenarioBatch) -> None:
    place.play(writes(1, {"tool": "shell", "args": {"command": "ls input"}}), writes(2), writes(3))
    run = await place.whole()
    types = [record["type"] for record in place.records(run)]
    assert types[0] == "run_start" and types[-1] == "run_end" and types[1] == "preflight"
    assert types.count("scenario_start") == types.count("scenario_end") == 3
    assert all(datetime.fromisoformat(record["ts"]).tzinfo is not None for record in place.records(run))
    first = place.records(run, "run_start")[0]
    assert (first["model_expected"], first["scenario_count"], first["root"]) == (MODEL, 3, str(place.root))
    begins, ends = place.records(run, "scenario_start")[0], place.records(run, "scenario_end")[0]
    assert begins["prompt"] == "Scenario 1 of 3: Transfer 1\n\nWrite the answer to outputs/scenario_001.md.\n"
    assert (ends["final_output"], ends["model_seen"], ends["file_written"]) == ("wrote 1", MODEL, begins["output_path"])
    tools = [(tool["name"], tool["ok"]) for tool in place.records(run, "tool_call") if tool["index"] == 1]
    assert tools == [("shell", True), ("edit", True)]
    assert place.records(run, "run_end")[0]["counts"]["OK"] == 3


async def test_l5_the_talk_lies_beside_the_log_and_secrets_are_masked(place: ScenarioBatch) -> None:
    token = "sk-" + "a1b2c3d4" * 4
    place.play(writes(1, {"say": f"the key is {token}"}, result=f"used {token}"), *every())
    run = await place.whole(max_scenarios=2)
    raw = place.log(run).with_suffix(".d")
    assert sorted(path.name for path in raw.iterdir()) == ["001-raw.jsonl", "002-raw.jsonl"]
    said = (raw / "001-raw.jsonl").read_text()
    assert [json.loads(line)["type"] for line in said.splitlines()] == ["model", "say", "edit", "result"]
    assert token not in said and token not in place.log(run).read_text()
    assert len(place.records(run, "scenario_end")[0]["final_output"]) == len(f"used {token}")


async def test_l4_the_whole_answer_is_kept_whatever_became_of_the_file(place: ScenarioBatch) -> None:
    long = "word " * 20_000
    place.play(
        {"key": "scenario-001", "do": [], "result": long},
        {"key": "scenario-002", "do": [{"say": "so far so good"}, {"fail": "the line went dead"}]},
        {"key": "scenario-003", "do": [{"exit": 3}]},
    )
    run = await place.whole()
    first, second, third = place.records(run, "scenario_end")
    assert (first["status"], first["final_output"], first["file_written"]) == ("NO_FILE", long, None)
    assert (second["status"], second["final_output"], second["error"]) == (
        *("FAILED", "so far so good"),
        "the line went dead",
    )
    assert (third["status"], third["final_output"]) == ("FAILED", None) and "exited with 3" in third["error"]


async def test_r4_an_answer_given_only_in_words_is_no_success(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-002", "do": [], "result": "# Transfer 2, here in words"}, *every())
    run = await place.whole()
    assert place.statuses(run) == {1: "OK", 2: "NO_FILE", 3: "OK"}
    assert "scenario_002.md" not in place.outputs()
    assert not place.result(run)["ok"] and place.result(run)["output_missing"] == [2]


async def test_a_file_that_is_empty_or_a_link_is_no_file(place: ScenarioBatch) -> None:
    place.write("secret.txt", "not yours")
    link = {"run": ["ln", "-s", "../secret.txt", "outputs/scenario_001.md"]}
    empty = {"write": "outputs/scenario_002.md", "text": ""}
    place.play(
        {"key": "scenario-001", "do": [link], "result": "done"},
        {"key": "scenario-002", "do": [empty], "result": "done"},
        *every(),
    )
    run = await place.whole()
    assert place.statuses(run) == {1: "NO_FILE", 2: "NO_FILE", 3: "OK"}
    evidence = [hit["evidence"] for hit in place.records(run, "diagnostic")]
    assert evidence == ["outputs/scenario_001.md is missing", "outputs/scenario_002.md is empty"]


async def test_r1_outputs_are_cleared_and_the_log_says_what_went(place: ScenarioBatch) -> None:
    place.write("kept.txt", "stays")
    for name in ("scenario_009.md", "deep/er.md", ".gitkeep"):
        place.write(f"outputs/{name}", "old")
        os.utime(place.root / "outputs" / name, (1, 1))
    (place.root / "outputs" / "link").symlink_to(place.root / "kept.txt")
    run = await place.whole(clears=True)
    (cleared,) = place.records(run, "cleared")
    assert (cleared["removed"], cleared["count"]) == (["deep", "link", "scenario_009.md"], 3)
    assert (place.root / "kept.txt").read_text() == "stays"
    assert sorted(place.outputs()) == [".gitkeep", "scenario_001.md", "scenario_002.md", "scenario_003.md"]


async def test_r1_what_is_newer_than_the_last_batch_is_not_cleared_unasked(place: ScenarioBatch) -> None:
    first = await place.whole()
    again = await place.whole()
    assert place.result(again)["ok"], "its own files are older than its log"
    place.write("outputs/notes.md", "mine")
    refused = await place.whole(force=True)
    assert place.result(refused)["error"]["category"] == "preflight_failed"
    assert "notes.md" in place.result(refused)["error"]["message"]
    assert place.outputs()["notes.md"] == "mine" and place.calls(refused) == []
    # The log of a batch that was refused says nothing about what is newer.
    assert "notes.md" in place.result(await place.whole())["error"]["message"]
    assert place.result(await place.whole(clears=True))["ok"] and "notes.md" not in place.outputs()
    assert place.log(first).exists(), "logs survive the clearing"


async def test_r2_a_failure_does_not_stop_the_batch_unless_it_is_told_to(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-001", "do": [{"fail": "no"}]}, *every())
    run = await place.whole()
    assert place.statuses(run) == {1: "FAILED", 2: "OK", 3: "OK"}
    fast = await place.whole(fail_fast=True)
    assert place.statuses(fast) == {1: "FAILED"}
    assert place.records(fast, "run_end")[0]["reason"] == "fail_fast"


async def test_r2_jobs_are_at_work_at_once(place: ScenarioBatch, world: RunsWorld) -> None:
    meets = [{"touch": "one"}, {"wait": "two"}], [{"touch": "two"}, {"wait": "one"}]
    place.play(writes(1, *meets[0]), writes(2, *meets[1]), writes(3))
    run = await place.whole(jobs=2)
    assert place.statuses(run) == {1: "OK", 2: "OK", 3: "OK"}
    assert [line.split("] ")[1].split()[0] for line in place.lines(run)][:2] == ["START", "START"]
    pairs(place.lines(run))


async def test_r5_the_model_is_that_of_the_environment_file_and_is_passed_on_every_call(place: ScenarioBatch) -> None:
    run = await place.whole()
    assert {event["model"] for event in place.world.events(run, "agent_start")} == {MODEL}
    place.write("src/.env", "# nothing\n")
    given = await place.whole(model="gpt-5.1")
    assert {event["model"] for event in place.world.events(given, "agent_start")} == {"gpt-5.1"}
    assert place.result(given)["other_model"] == [1, 2, 3]


async def test_s5_the_first_so_many_are_gone_through(place: ScenarioBatch) -> None:
    run = await place.whole(max_scenarios=2)
    assert place.statuses(run) == {1: "OK", 2: "OK"}
    assert place.records(run, "run_end")[0]["reason"] == "max_scenarios" and place.result(run)["ok"]
    assert place.lines(run)[0].endswith("START 1/2 Transfer 1")
    assert place.statuses(await place.whole(max_scenarios=99)) == {1: "OK", 2: "OK", 3: "OK"}


async def test_s3_no_scenario_found_leaves_the_outputs_alone(place: ScenarioBatch) -> None:
    place.write("outputs/old.md", "old")
    place.is_older("old.md")
    place.write("input/DataTransferScenarioList.md", "only words\n")
    run = await place.whole(force=True, clears=True)
    assert place.result(run)["error"]["category"] == "preflight_failed"
    assert place.outputs() == {"old.md": "old"}


async def test_smoke_lets_the_first_go_alone_and_stops_when_it_wrote_nothing(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-001", "do": [], "result": "words"}, *every())
    run = await place.whole(smoke=True, jobs=3)
    assert place.statuses(run) == {1: "NO_FILE"}
    assert place.records(run, "run_end")[0]["reason"] == "fail_fast"
    place.play(*every())
    fine = await place.whole(smoke=True, jobs=3)
    assert place.result(fine)["ok"]
    assert {one["check"]: one["level"] for one in place.records(fine, "preflight")}["smoke result"] == "PASS"


async def test_8_exec_enoent_forty_times_with_all_files_written_is_one_warning(place: ScenarioBatch) -> None:
    place.play(
        *every({"tool": "shell", "args": {"command": "rg --files"}}, *({"print": ENOENT} for _ in range(40))),
    )
    run = await place.whole(max_scenarios=1)
    (one,) = place.result(run)["diagnoses"]
    assert (one["kind"], one["count"], one["is_warning"], one["scenarios"]) == ("EXEC_ENOENT", 40, True, [1])
    assert place.result(run)["ok"]
    assert len(place.records(run, "diagnostic")) == 2, "counted, not listed"
    assert place.records(run, "diagnostic")[0]["command"] == "rg --files"


async def test_8_an_empty_model_is_the_root_and_what_follows_a_cascade(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-002", "do": [{"print": EMPTY}, {"print": SCHEMA}, {"fail": EMPTY}]}, *every())
    run = await place.whole()
    found = {one["kind"]: one for one in place.result(run)["diagnoses"]}
    assert (found["EMPTY_MODEL"]["cascade_of"], found["MCP_SCHEMA"]["cascade_of"]) == (None, "EMPTY_MODEL")
    assert place.result(run)["error"]["message"].startswith("the model name was empty in scenario 2")
    (address,) = [one for one in cold_room(place.root).snapshot.items if one.engine == "scenario"]
    assert cold_room(place.root).snapshot.items[address].why.startswith("the model name was empty")


async def test_8_an_empty_model_that_the_failure_alone_tells_is_found_and_not_told_twice(place: ScenarioBatch) -> None:
    # A server that refuses says so in its reply, and nothing of it is ever on stderr.
    place.play(
        {"key": "scenario-002", "do": [{"fail": EMPTY}]},
        {"key": "scenario-003", "do": [{"print": EMPTY}, {"fail": EMPTY}]},
        *every(),
    )
    run = await place.whole()
    hits = [one for one in place.records(run, "diagnostic") if one["kind"] == "EMPTY_MODEL"]
    assert [(one["index"], one["source"], one["evidence"]) for one in hits] == [
        (2, "error", EMPTY),
        (3, "stderr", EMPTY),
    ]
    (found,) = [one for one in place.result(run)["diagnoses"] if one["kind"] == "EMPTY_MODEL"]
    assert (found["scenarios"], found["count"], found["is_warning"]) == ([2, 3], 2, False)


async def test_8_a_schema_error_by_itself_is_a_cause_and_no_file_is_a_failure(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-002", "do": [{"print": SCHEMA}], "result": "in words"}, *every())
    run = await place.whole()
    found = {one["kind"]: one for one in place.result(run)["diagnoses"]}
    assert [found[kind]["cascade_of"] for kind in ("MCP_SCHEMA", "NO_FILE")] == [None, None]
    assert not any(one["is_warning"] for one in found.values())
    assert place.records(run, "scenario_end")[1]["final_output"] == "in words"
    assert place.outputs().keys() == {"scenario_001.md", "scenario_003.md"}


async def test_8_a_refused_write_is_told_with_its_path_and_the_answer_is_kept(place: ScenarioBatch) -> None:
    refused = "outputs/scenario_001.md: Permission denied (os error 13), sandbox cwd=/work"
    place.play({"key": "scenario-001", "do": [{"tool": "write", "error": refused}], "result": "# Transfer 1"}, *every())
    run = await place.whole()
    found = {one["kind"]: one for one in place.result(run)["diagnoses"]}
    assert (
        not found["PERMISSION"]["is_warning"] and "outputs/scenario_001.md" in found["PERMISSION"]["evidence"]["text"]
    )
    assert place.records(run, "scenario_end")[0]["final_output"] == "# Transfer 1"
    assert place.result(run)["error"]["message"].startswith(
        "a write was refused in scenario 1: outputs/scenario_001.md"
    )


async def test_8_another_model_is_a_warning_where_the_file_was_written(place: ScenarioBatch) -> None:
    place.play(writes(1, model="gpt-4o"), writes(2, model=f"{MODEL}-2025-09-15"), writes(3))
    run = await place.whole()
    (hit,) = [one for one in place.records(run, "diagnostic") if one["index"] == 1]
    assert (hit["kind"], hit["expected"], hit["seen"]) == ("MODEL_MISMATCH", MODEL, "gpt-4o")
    assert place.result(run)["ok"] and place.result(run)["other_model"] == [1, 2]
    assert place.result(run)["models_seen"] == ["gpt-4o", MODEL, f"{MODEL}-2025-09-15"]


async def test_8_a_conflict_of_models_keeps_it_from_beginning_and_clears_nothing(
    place: ScenarioBatch, world: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_DEFAULT_MODEL", "gpt-4o")
    place.write("outputs/old.md", "old")
    place.is_older("old.md")
    async with world.room() as room:
        run = await place.start(room, clears=True)
        assert (await place.over(room, run)).state is State.FAILED
    assert place.outputs() == {"old.md": "old"} and place.calls(run) == []
    levels = [(one["check"], one["level"]) for one in place.records(run, "preflight")]
    assert ("model names", "FAIL") in levels
    assert place.records(run, "run_end")[0]["reason"] == "preflight_failed"
    (address,) = [one for one in cold_room(place.root).snapshot.items if one.engine == "scenario"]
    item = cold_room(place.root).snapshot.items[address]
    assert (item.state, item.raw_state) == (State.BLOCKED, "preflight failed") and "gpt-4o" in item.why
    forced = await place.whole(force=True, clears=True)
    assert place.result(forced)["ok"]
    assert [one for one in place.records(forced, "preflight") if one["check"] == "override"]
    assert "force=true" in place.records(forced, "run_start")[0]["argv"]


async def test_8_a_supervisor_that_dies_after_some_leaves_a_log_that_stopped_early_and_a_run_that_goes_on(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    place.write("input/DataTransferScenarioList.md", listed(4))
    place.play(writes(3, {"touch": "begun"}, {"say": "here"}, {"wait": "go"}), *every())
    async with world.room() as room:
        run = await place.start(room)
        begun = place.script.parent / "begun"
        await room.until(lambda _: begun.exists())
        os.kill(world.supervisor(run), signal.SIGKILL)
        await room.item(run, State.STALE)
        (left,) = cold_room(place.root).inspect()["scenario"]["runs"]
        assert (left["stopped_early"], left["last_index"], left["total"], left["has_end"]) == (True, 3, 4, False)
        before = place.log(run).read_bytes()
        begun.with_name("go").touch()
        assert (await place.told(room, Resume(run))).outcome is Outcome.ACCEPTED
        assert (await place.over(room, run)).state is State.DONE
    assert place.log(run).read_bytes().startswith(before), "the log only grows"
    assert pairs(place.lines(run)) == [(1, "OK"), (2, "OK"), (3, "OK"), (4, "OK")]
    assert place.calls(run) == ["scenario-001", "scenario-002", "scenario-003", "scenario-003", "scenario-004"]


async def test_stop_after_current_lets_the_scenario_at_work_end(place: ScenarioBatch, world: RunsWorld) -> None:
    place.play(writes(1, {"touch": "begun"}, {"say": "here"}, {"wait": "go"}), *every())
    async with world.room() as room:
        run = await place.start(room)
        begun = place.script.parent / "begun"
        await room.until(lambda _: begun.exists())
        assert (await place.told(room, Interrupt(run))).outcome is Outcome.ACCEPTED
        begun.with_name("go").touch()
        item = await place.over(room, run)
    assert pairs(place.lines(run)) == [(1, "OK")]
    assert place.records(run, "run_end")[0]["reason"] == "cancelled"
    assert "2 never began" in item.why


async def test_stop_now_ends_the_agent_and_tells_the_end_of_what_was_at_work(
    place: ScenarioBatch, world: RunsWorld
) -> None:
    place.play(writes(1), {"key": "scenario-002", "do": [{"say": "half"}, {"hang": True}]}, *every())
    async with world.room() as room:
        run = await place.start(room)
        await room.until(lambda _: bool(place.world.events(run, "output")))
        assert (await place.told(room, Cancel(run))).outcome is Outcome.ACCEPTED
        item = await place.over(room, run)
    assert (item.raw_state, item.why) == ("interrupted", "you cancelled it")
    assert pairs(place.lines(run)) == [(1, "OK"), (2, "CANCELLED")]
    assert place.records(run, "scenario_end")[-1]["final_output"] == "half"
    assert place.records(run, "run_end")[0]["reason"] == "cancelled"
    assert bearers(f"{MARKER}={run.item}") == []


async def test_a_call_that_takes_too_long_is_ended_and_its_end_told(place: ScenarioBatch) -> None:
    place.play({"key": "scenario-001", "do": [{"hang": True}]}, *every())
    run = await place.whole(deadline_s=1.0, max_scenarios=2)
    assert pairs(place.lines(run)) == [(1, "FAILED"), (2, "OK")]


async def test_an_agent_that_writes_into_the_log_changes_nothing_of_what_is_told(place: ScenarioBatch) -> None:
    forged = '{"type":"scenario_end","index":2,"status":"OK"}'
    spoil = {"run": ["sh", "-c", f"for f in logs/*.log; do echo '{forged}' >> $f; done"]}
    remove = {"run": ["sh", "-c", "rm logs/*.log"]}
    place.play(writes(1, spoil), {"key": "scenario-002", "do": [], "result": "words"}, writes(3, remove))
    run = await place.whole()
    assert [(row["index"], row["status"]) for row in place.result(run)["scenarios"]] == [
        (1, "OK"),
        (2, "NO_FILE"),
        (3, "OK"),
    ]
    assert [one["type"] for one in place.records(run)].count("scenario_end") == 3, "what was taken away is back"


async def test_a_log_folder_that_is_a_link_is_refused(place: ScenarioBatch, world: RunsWorld) -> None:
    (place.root / "elsewhere").mkdir()
    (place.root / "logs").symlink_to(place.root / "elsewhere")
    async with world.room() as room:
        run = await place.start(room)
        item = await place.over(room, run)
    assert item.state is State.FAILED and "logs is a link" in item.why
    assert [*(place.root / "elsewhere").iterdir()] == []


async def test_what_is_written_is_read_cold_as_it_was_shown_live(place: ScenarioBatch, world: RunsWorld) -> None:
    place.play(
        writes(1, {"print": ENOENT}, {"print": ENOENT}),
        {"key": "scenario-002", "do": [{"print": SCHEMA}], "result": "words"},
        writes(3, model="gpt-4"),
    )
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        await room.service.settle()
        log = Address("scenario", place.log(run).stem)
        async with room.service.detail(log) as feed:
            assert feed.value is not None
            live = detail_document(feed.value)
    cold = detail_document(cold_room(place.root).detail(log))
    assert live == cold
    (inspected,) = cold_room(place.root).inspect()["scenario"]["runs"]
    assert [(one["index"], one["status"]) for one in inspected["scenarios"]] == sorted(place.statuses(run).items())
    assert [one["kind"] for one in inspected["diagnoses"]] == [one["kind"] for one in place.result(run)["diagnoses"]]
    assert inspected["undecodable_lines"] == 0 and not inspected["torn_last_line"]


async def test_the_run_shows_of_every_scenario_what_its_log_says(place: ScenarioBatch, world: RunsWorld) -> None:
    place.write("input/DataTransferScenarioList.md", listed(5))
    place.play(
        writes(1, {"print": ENOENT}),
        {"key": "scenario-002", "do": [], "result": "words"},
        writes(3, model="gpt-4"),
        {"key": "scenario-004", "do": [{"fail": EMPTY}]},
        *every(),
    )
    async with world.room() as room:
        run = await place.start(room)
        await place.over(room, run)
        await room.service.settle()
        shown = []
        for address in (run, Address("scenario", place.log(run).stem)):
            async with room.service.detail(address) as feed:
                assert isinstance(feed.value, RunDetail)
                shown.append(feed.value)
    live, read = shown
    assert live.batch is not None and read.batch is not None
    told = [
        (
            (one.item.state, one.item.tasks, one.item.stage),
            (batch.done, batch.total, batch.model, batch.jobs),
            [(s.index, s.title, s.status, s.model, s.is_other_model, s.is_missing, s.tries) for s in batch.scenarios],
            [(column.mark, column.note) for column in one.columns],
            [cell.mark for cell in one.cells],
        )
        for one, batch in ((live, live.batch), (read, read.batch))
    ]
    assert told[0] == told[1]
    for mine, other in zip(live.batch.scenarios, read.batch.scenarios, strict=True):
        assert mine.started_at is not None and other.started_at is not None
        assert abs(mine.started_at - other.started_at) < 5
    assert {one["kind"] for one in place.result(run)["diagnoses"]} == {group.kind for group in read.batch.groups}


async def test_every_call_of_an_agent_is_a_line_of_the_journal(place: ScenarioBatch) -> None:
    run = await place.whole()
    calls = place.world.events(run, "agent_call")
    assert [call["key"] for call in calls] == place.calls(run)
    assert {(call["sandbox"], call["model"], call["exit_code"]) for call in calls} == {("workspace-write", MODEL, 0)}
    assert all(re.fullmatch(r"attempts/scenario-00\d-1/stderr.log", str(call["stderr"])) for call in calls)
