"""``state.json`` of a run of ours: what upstream's runner would have written, from the lines of the journal alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from odw_core.engines.odw.records import JournalLine, decode_line, decode_state, encode_line, exit_line, script_stream
from odw_core.runs.told_state import ToldState, encode_told

RECORDED = Path(__file__).parents[2] / "fixtures" / "odw"
CORE = {"key": "core", "index": 1, "label": "impl:core", "phase": "Implement", "agentType": "task", "attempt": 1}
STEP = {"type": "step", "kind": "agent", "key": "core", "fingerprint": "f1", "status": "begun"}
START = {**CORE, "type": "agent_start", "maxAttempts": 2, "model": "inherit", "config": {"schema": "task"}}
RETRY = {**CORE, "type": "agent_retry", "maxAttempts": 2, "nextAttempt": 2, "reason": "overloaded", "tokens": 10}
DONE = {**CORE, "type": "agent_done", "attempt": 2, "maxAttempts": 2, "ok": True, "result": "it", "tokens": 5}
FAILED = {**CORE, "type": "agent_done", "maxAttempts": 1, "ok": False, "result": {"ok": False}, "tokens": None}
VERIFY = {"key": "verify", "index": 0, "label": "verify", "phase": "Verify", "attempt": 1, "maxAttempts": 1}


def line(event: dict[str, Any], second: int = 0) -> JournalLine:
    return script_stream({**event, "ts": f"2026-11-21T00:00:{second:02}.000Z"}, "", second * 1000)


def told(*events: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    state = ToldState(total)
    state.take([line(event, second) for second, event in enumerate(events)])
    return dict(state.record().fields)


def recorded() -> list[Path]:
    found = sorted(RECORDED.glob("*/project*/.odw/runs/*/state.json"))
    assert found
    return found


def lines_of(folder: Path) -> list[JournalLine]:
    decoded = [decode_line(data) for data in (folder / "events.jsonl").read_bytes().split(b"\n")]
    return [one for one in decoded if one is not None]


def test_from_recorded_journals_comes_what_upstream_recorded_beside_them() -> None:
    for path in recorded():
        written = decode_state(path.read_bytes())
        assert written is not None
        state = ToldState()
        state.take(lines_of(path.parent))
        mine = state.record().fields
        if path.parent.name.endswith("-8868"):
            # Killed: upstream wrote the end of clamp-tests, and its journal no more.
            assert {*mine["agents"]} < {*written.agents}
            continue
        for group in ("agents", "activeAgents", "failedAgents"):
            for key, theirs in written.fields[group].items():
                own = mine[group][key]
                # What the lines do not tell: its hash of prompt and options, the name of the shape where one is named.
                for name in {*theirs} - {"fingerprint", "ts", "index"}:
                    assert own[name] == theirs[name], (path.parent.name, key, name)
            assert [*mine[group]] == [*written.fields[group]]
        assert {*mine} == {*written.fields}
        assert mine["budget"] == written.fields["budget"]
        assert mine["workflow"] == written.fields["workflow"]
        assert mine["result"] == written.fields["result"]


def test_a_node_is_active_until_it_is_done() -> None:
    active = told(STEP, START)["activeAgents"]["core"]
    assert (active["state"], active["attempt"], active["maxAttempts"]) == ("running", 1, 2)
    assert active["startedAt"] == active["updatedAt"] == "2026-11-21T00:00:01.000Z"
    done = told(STEP, START, DONE)
    assert done["activeAgents"] == {}
    assert done["agents"]["core"]["fingerprint"] == "f1"
    assert (done["agents"]["core"]["schema"], done["agents"]["core"]["model"]) == ("task", "inherit")


def test_a_node_that_is_tried_again_says_why_and_counts_what_it_used() -> None:
    waiting = told(START, RETRY, total=100)
    one = waiting["activeAgents"]["core"]
    assert (one["state"], one["retryReason"], one["nextAttempt"]) == ("retrying", "overloaded", 2)
    assert waiting["budget"] == {"total": 100, "spent": 10}
    again = told(START, RETRY, {**START, "attempt": 2}, DONE)
    assert again["budget"] == {"total": None, "spent": 15}
    # It has been at work since it began, not since the last time.
    active = told(START, RETRY, {**START, "attempt": 2})["activeAgents"]["core"]
    assert (active["startedAt"], active["updatedAt"]) == ("2026-11-21T00:00:00.000Z", "2026-11-21T00:00:02.000Z")
    assert (active["attempt"], active["state"]) == (2, "running")
    assert one["updatedAt"] == "2026-11-21T00:00:01.000Z"
    assert (again["agents"]["core"]["attempt"], again["agents"]["core"]["maxAttempts"]) == (2, 2)


def test_a_node_that_failed_and_goes_well_later_failed_no_more() -> None:
    failed = told(START, FAILED)
    assert [*failed["failedAgents"]] == ["core"]
    one = failed["failedAgents"]["core"]
    assert (one["ok"], one["result"], one["ts"]) == (False, {"ok": False}, "2026-11-21T00:00:01.000Z")
    # How often it may be tried is what it began with.
    assert (one["attempt"], one["maxAttempts"], one["agentType"]) == (1, 2, "task")
    assert failed["budget"]["approx"] is True
    assert told(FAILED, START, DONE)["budget"] == {"total": None, "spent": 5, "approx": True}
    assert told(FAILED, {**DONE, "type": "agent_skip"})["failedAgents"] == {}
    assert told(START, FAILED, START)["failedAgents"] == {}
    assert [*told(START, FAILED, START, DONE)["agents"]] == ["core"]


def test_nodes_without_a_number_of_their_own_come_last() -> None:
    done = told(START, DONE, {**VERIFY, "type": "agent_start"}, {**VERIFY, "type": "agent_done", "ok": True})
    assert {key: one["index"] for key, one in done["agents"].items()} == {"core": 1, "verify": 2}


def test_what_an_earlier_run_did_is_done() -> None:
    skipped = told({"type": "agent_skip", "key": "core", "label": "impl:core", "result": "it"})["agents"]["core"]
    assert (skipped["label"], skipped["phase"], skipped["attempt"], skipped["maxAttempts"]) == ("impl:core", "", 1, 1)
    assert skipped["ts"] == "2026-11-21T00:00:00.000Z"
    assert "agentType" not in skipped


def test_a_node_without_a_name_is_called_by_its_key_and_a_bare_end_counts_its_tries() -> None:
    nameless = told({"type": "agent_done", "key": "core", "attempt": 2, "maxAttempts": 3, "ok": True})["agents"]["core"]
    assert (nameless["label"], nameless["attempt"], nameless["maxAttempts"]) == ("core", 2, 3)


def test_checkpoints_are_what_the_run_keeps_of_its_small_steps() -> None:
    begun = {"type": "step", "kind": "checkpoint", "key": "base", "fingerprint": "b", "status": "begun"}
    assert told(begun)["checkpoints"] == {}
    failed = {**begun, "status": "failed", "result": "no"}
    assert told(begun, failed)["checkpoints"] == {}
    assert told(STEP, {**STEP, "status": "done", "result": "it"})["checkpoints"] == {}
    value = told(begun, {**begun, "status": "done", "result": {"base": "abc"}})["checkpoints"]["base"]
    assert value == {"name": "base", "value": {"base": "abc"}, "ts": "2026-11-21T00:00:01.000Z"}


def test_nobody_is_at_work_in_a_run_that_was_taken_up_again_cancelled_or_is_over() -> None:
    ends: tuple[dict[str, Any], ...] = (
        {"type": "supervisor"},
        {"type": "cancelled"},
        {"type": "workflow_done", "result": {"ok": True}},
        {"type": "workflow_error", "message": "boom"},
    )
    for end in ends:
        assert told(START, end)["activeAgents"] == {}


def test_the_end_is_what_it_came_to_or_the_error_and_when() -> None:
    at = "2026-11-21T00:00:01.000Z"
    done = told(START, {"type": "workflow_done", "result": {"ok": True}})
    assert (done["result"], done["completedAt"]) == ({"ok": True}, at)
    failed = told(START, {"type": "workflow_error", "message": "boom"})
    assert (failed["error"], failed["failedAt"]) == ({"message": "boom"}, at)
    # One end counts, the last: upstream's own trap is that both stay.
    again = told({"type": "workflow_error", "message": "boom"}, {"type": "workflow_done", "result": {"ok": True}})
    assert not {"error", "failedAt"} & {*again}


def test_only_what_belongs_there_is_a_change() -> None:
    state = ToldState()
    assert state.take([line(START)])
    assert not state.take([line({"type": "log", "message": "x"}), exit_line("failed", 1, 0)])
    assert not state.take([])
    begun = {"type": "step", "kind": "checkpoint", "key": "base", "fingerprint": "b", "status": "begun"}
    assert not state.take([line(begun)])
    assert state.take([line({**begun, "status": "done", "result": 1})])


def test_it_is_written_as_upstream_writes_it() -> None:
    assert encode_told({"agents": {"ä": 1}}) == '{\n  "agents": {\n    "ä": 1\n  }\n}'.encode()


def test_half_a_surrogate_does_not_make_it_unreadable_for_others() -> None:
    data = encode_told(told(START, {**DONE, "result": "a\udc80b"}))
    assert json.loads(data.decode())["agents"]["core"]["result"] == "a?b"


EVENTS = st.lists(
    st.sampled_from((STEP, START, RETRY, DONE, FAILED, VERIFY))
    | st.fixed_dictionaries(
        {"type": st.sampled_from(("agent_start", "agent_done", "agent_retry", "agent_skip", "step", "workflow_done"))},
        optional={
            name: st.none() | st.integers() | st.text(max_size=3) | st.dictionaries(st.text(max_size=2), st.none())
            for name in ("key", "label", "index", "attempt", "maxAttempts", "config", "result", "tokens", "ok", "kind")
        },
    ),
    max_size=12,
)


@given(EVENTS, st.data())
def test_in_any_pieces_it_comes_to_the_same_and_nothing_breaks_it(
    events: Sequence[dict[str, Any]], data: st.DataObject
) -> None:
    lines = [decode_line(encode_line(line(event))) for event in events]
    known = [one for one in lines if one is not None]
    cut = data.draw(st.integers(0, len(known)))
    whole, pieces = ToldState(), ToldState()
    whole.take(known)
    pieces.take(known[:cut])
    pieces.take(known[cut:])
    assert encode_told(whole.record().fields) == encode_told(pieces.record().fields)
