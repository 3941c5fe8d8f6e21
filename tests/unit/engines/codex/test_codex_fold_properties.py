"""However a rollout is written, cut or broken, the quick reading says what a plain reading of every line says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from odw_core.engines.codex.acc import SessionAcc
from odw_core.engines.codex.engine import CodexEngine
from odw_core.engines.codex.status import Status, commands_of, status_of, turns_of
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Gone, Replaced, Unit

FIXTURES = Path(__file__).parents[3] / "fixtures" / "codex"
RECORDED = sorted([*FIXTURES.glob("mini_home/*/**/*.jsonl"), *FIXTURES.glob("old_formats/rollout_*.jsonl")])
THREAD = "01a1d925-a135-7121-9e9f-98c84875f09b"
UNIT = Unit(Address("codex", THREAD), "/home", f"/home/sessions/rollout-x-{THREAD}.jsonl")
ENGINE = CodexEngine()
Json = dict[str, Any]


def fold(data: bytes, cuts: list[int] | None = None) -> SessionAcc:
    """Fold the whole lines of ``data``, handed over in pieces that end near ``cuts``."""
    end = data.rfind(b"\n") + 1
    acc, start = ENGINE.start(UNIT), 0
    for cut in sorted({data.rfind(b"\n", 0, cut % (end + 1)) + 1 for cut in cuts or []} | {end}):
        if cut > start:
            acc = ENGINE.fold(acc, Appended("", start, data[start:cut], False))
            start = cut
    return acc


def everything(acc: SessionAcc, alive: bool | None = None) -> tuple[Any, ...]:
    facts = Facts(2_000_000_000.0, alive)
    return ENGINE.item(acc, facts), ENGINE.questions(acc, facts), ENGINE.detail(acc, facts), asdict(acc)


# A plain reading: every line parsed, nothing skipped, nothing clever.


def plain_reading(data: bytes, *, is_paginated: bool) -> Json:
    turns = prompts = commands = failed = outputs = failed_outputs = patches = compactions = 0
    is_open, last_word, end, error = False, "", "", None
    model = message = usage = counted = None
    calls: dict[str, str] = {}
    for row in data.split(b"\n"):
        try:
            line = json.loads(row)
        except ValueError:
            continue
        if not isinstance(line, dict) or not isinstance(payload := line.get("payload"), dict):
            continue
        kind, inner = line.get("type"), payload.get("type")
        item = payload.get("item") if isinstance(payload.get("item"), dict) else {}
        if kind == "turn_context":
            model = payload.get("model")
        elif kind == "compacted":
            compactions += 1
        elif kind == "token_usage_record":
            usage = payload["thread_token_usage"]["total_tokens"]
        elif kind == "event_msg" and inner == "token_count" and payload.get("info"):
            counted = payload["info"]["total_token_usage"]["total_tokens"]
        elif kind == "event_msg" and inner == "task_started":
            turns, is_open = turns + 1, True
            calls.clear()
        elif kind == "event_msg" and inner in ("task_complete", "turn_aborted"):
            is_open, end = False, inner
            error = (payload.get("error") or {}).get("message")
            calls.clear()
        elif kind == "event_msg" and (inner == "user_message" or item.get("type") == "UserMessage"):
            prompts, last_word = prompts + 1, "person"
        elif kind == "event_msg" and (inner == "agent_message" or item.get("type") == "AgentMessage"):
            last_word = "agent"
            message = payload.get("message") if inner == "agent_message" else item["content"][0]["text"]
        elif kind == "event_msg" and item.get("type") == "CommandExecution":
            if item["exit_code"] == 0 or item["status"] not in ("declined", "in_progress"):
                commands, failed = commands + 1, failed + (item["exit_code"] not in (0, None))
        elif kind == "event_msg" and item.get("type") == "FileChange":
            patches += item["status"] == "completed"
        elif kind == "response_item" and inner in ("function_call", "custom_tool_call"):
            calls[payload["call_id"]] = payload["name"]
            last_word = "tool"
        elif kind == "response_item" and inner in ("function_call_output", "custom_tool_call_output"):
            head, said, rest = str(payload["output"]).partition("Process exited with code ")
            is_header = head.startswith(("Chunk ID: ", "Wall time: ")) or not head
            is_command = calls.get(payload["call_id"], "shell") in ("shell", "exec_command", "write_stdin")
            counts = commands == 0 and inner == "function_call_output" and not is_paginated
            if said and is_header and counts and is_command:
                outputs, failed_outputs = outputs + 1, failed_outputs + (int(rest.split("\n")[0]) != 0)
            calls.pop(payload["call_id"], None)
            last_word = "tool"
    if not (turns or end):
        is_open = last_word != "agent"
    if not is_open:
        status = "interrupted" if end == "turn_aborted" else "failed" if error is not None else "done"
    elif "request_user_input" in calls.values():
        status = "waiting_input"
    else:
        status = "running"
    return {
        "status": status,
        "turns": turns or prompts,
        "commands": (commands, failed) if commands or is_paginated else (outputs, failed_outputs),
        "patches": patches,
        "compactions": compactions,
        "model": model,
        "message": message,
        "tokens": usage if usage is not None else counted,
        "pending": sorted(calls),
    }


def quick_reading(acc: SessionAcc) -> Json:
    return {
        "status": str(status_of(acc)).replace("waiting_approval", "running"),
        "turns": turns_of(acc),
        "commands": commands_of(acc),
        "patches": acc.patches,
        "compactions": acc.compactions,
        "model": acc.model,
        "message": acc.last_message,
        "tokens": acc.usage.total if acc.usage else None,
        "pending": sorted(acc.calls),
    }


# Rollouts: every kind of line, in Codex's own shape and in others that mean the same.

words = st.sampled_from(
    [
        '"exit_code":1,"duration":{"secs":0',
        'say "type":"task_started"',
        "a\nb",
        "\\",
        "Ж\u2028",
        "}}",
        "",
        "ok",
        "\x1b[31m",
    ]
)
call_ids = st.sampled_from(["call_a", "call_b", "call_c"])
numbers = st.integers(0, 1 << 40)
IDS = {"thread_id": THREAD, "turn_id": THREAD}


def usage_of(total: int) -> Json:
    return {"input_tokens": total, "cached_input_tokens": 1, "output_tokens": 2, "total_tokens": total}


def item_line(kind: str, **fields: Any) -> tuple[str, Json]:
    item = {"type": kind, **fields}
    times = {"started_at_ms": 1, "completed_at_ms": 2}
    return "event_msg", {"type": "item_completed", **IDS, "item": item, **times}


def command_line(call: str, output: str, code: int | None, status: str) -> tuple[str, Json]:
    return item_line(
        "CommandExecution",
        id=call,
        command=["bash", "-lc", output],
        parsed_cmd=[{"type": "unknown", "cmd": output}],
        status=status,
        aggregated_output=output * 40,
        exit_code=code,
        duration={"secs": 0, "nanos": 5},
    )


def call_line(call: str, name: str, said: str) -> tuple[str, Json]:
    arguments = json.dumps({"cmd": said, "call_id": "x"})
    return "response_item", {"type": "function_call", "name": name, "arguments": arguments, "call_id": call}


def output_line(call: str, output: str, kind: str) -> tuple[str, Json]:
    return "response_item", {"type": kind, "call_id": call, "output": output}


messages = st.one_of(
    st.builds(lambda w: item_line("UserMessage", id="u", content=[{"type": "text", "text": w}]), words),
    st.builds(lambda w: item_line("AgentMessage", id="a", content=[{"type": "Text", "text": w}]), words),
    st.builds(lambda w: ("event_msg", {"type": "user_message", "message": w}), words),
    st.builds(lambda w: ("event_msg", {"type": "agent_message", "message": w}), words),
    st.builds(lambda w: ("event_msg", {"type": "agent_reasoning", "text": w}), words),
    st.builds(lambda w: ("response_item", {"type": "reasoning", "summary": [], "encrypted_content": w * 30}), words),
    st.builds(lambda w: ("response_item", {"type": "message", "role": "user", "content": [{"text": w}]}), words),
)
turns = st.one_of(
    st.just(("event_msg", {"type": "task_started", "turn_id": THREAD, "model_context_window": 9})),
    st.builds(
        lambda e: ("event_msg", {"type": "task_complete", "error": e}), st.sampled_from([None, {"message": "no"}])
    ),
    st.just(("event_msg", {"type": "turn_aborted", "reason": "interrupted"})),
    st.builds(lambda m: ("turn_context", {"turn_id": THREAD, "model": m, "approval_policy": "never"}), words),
)
tools = st.one_of(
    st.builds(call_line, call_ids, st.sampled_from(["exec_command", "request_user_input", "mcp__x"]), words),
    st.builds(
        lambda c, w: ("response_item", {"type": "custom_tool_call", "call_id": c, "name": "apply_patch", "input": w}),
        call_ids,
        words,
    ),
    st.builds(
        output_line,
        call_ids,
        st.builds(
            lambda n, w: f"Chunk ID: 1\nWall time: 0 s\nProcess exited with code {n}\nOutput:\n{w}",
            st.integers(0, 2),
            words,
        )
        | words.map(lambda w: w * 40),
        st.sampled_from(["function_call_output", "custom_tool_call_output"]),
    ),
    st.builds(
        command_line,
        call_ids,
        words,
        st.sampled_from([0, 0, 1, 127, None]),
        st.sampled_from(["completed", "failed", "declined"]),
    ),
    st.builds(
        lambda s: item_line("FileChange", id="f", changes={}, status=s), st.sampled_from(["completed", "failed"])
    ),
)
figures = st.one_of(
    st.builds(lambda n: ("token_usage_record", {**IDS, "usage": {}, "thread_token_usage": usage_of(n)}), numbers),
    st.builds(lambda n: ("event_msg", {"type": "token_count", "info": {"total_token_usage": usage_of(n)}}), numbers),
    st.just(("event_msg", {"type": "token_count", "info": None, "rate_limits": None})),
    st.just(("world_state", {"full": True})),
    st.just(("compacted", {"message": "", "replacement_history": [{"type": "message"}]})),
    st.just(("some_day", {"type": "task_started"})),
)


@st.composite
def rollouts(draw: st.DrawFn) -> bytes:
    has_numbers, is_paginated = draw(st.booleans()), draw(st.booleans())
    meta = {"id": THREAD, "cwd": "/w", "base_instructions": {"text": draw(words)}, "cli_version": "0.169.0"}
    if is_paginated:
        meta["history_mode"] = "paginated"
    lines = [("session_meta", meta), *draw(st.lists(messages | turns | tools | figures, max_size=20))]
    return b"".join(draw_line(draw, number, *line, has_numbers=has_numbers) for number, line in enumerate(lines))


def draw_line(draw: st.DrawFn, number: int, kind: str, payload: Json, *, has_numbers: bool) -> bytes:
    style = draw(st.sampled_from(["codex"] * 6 + ["spaces", "ascii", "turned", "turned inside", "long time"]))
    stamp = f"2026-11-14T08:21:{number % 60:02d}.000" + ("123Z" if style == "long time" else "Z")
    line: Json = {"timestamp": stamp}
    if has_numbers:
        line["ordinal"] = number
    if style == "turned inside":
        payload = dict(reversed(payload.items()))
    line |= {"type": kind, "payload": payload}
    if style == "turned":
        line = dict(reversed(line.items()))
    if style == "spaces":
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"
    return json.dumps(line, ensure_ascii=style == "ascii", separators=(",", ":")).encode() + b"\n"


@given(rollouts())
def test_the_quick_reading_says_what_a_plain_reading_of_every_line_says(data: bytes) -> None:
    acc = fold(data)
    assert quick_reading(acc) == plain_reading(data, is_paginated=acc.format == "paginated")
    assert acc.problems == []


@given(rollouts(), st.lists(st.integers(0, 1 << 20), max_size=8))
def test_growing_in_any_pieces_reads_like_reading_cold(data: bytes, cuts: list[int]) -> None:
    assert everything(fold(data, cuts)) == everything(fold(data))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_recorded_sessions_read_alike_cold_and_line_by_line(path: Path) -> None:
    data = path.read_bytes()
    cuts = [place for place in range(len(data)) if data[place : place + 1] == b"\n"]
    for alive in (None, True, False):
        assert everything(fold(data, [cut + 1 for cut in cuts]), alive) == everything(fold(data), alive)


@given(rollouts(), st.integers(0, 1 << 20))
def test_a_checkpoint_gives_back_what_it_was_made_of(data: bytes, cut: int) -> None:
    before = fold(data[: data.rfind(b"\n", 0, cut % (len(data) + 1)) + 1])
    again = ENGINE.load(UNIT, ENGINE.dump(before))
    assert again == before
    rest = data[before.size :]
    if rest:
        assert ENGINE.fold(again, Appended("", before.size, rest, False)) == fold(data)


junk = st.one_of(
    st.binary(max_size=60).map(lambda data: data.replace(b"\n", b" ") + b"\n"),
    st.sampled_from(
        [b"[]\n", b"null\n", b"{}\n", b"\n", b'{"timestamp":"\n', b'{"type":"event_msg"}\n', b"[" * 3000 + b"\n"]
    ),
)


@given(rollouts(), st.data())
def test_broken_lines_are_problems_and_spoil_nothing(data: bytes, draw: st.DataObject) -> None:
    lines = data.splitlines(keepends=True)
    pieces: list[bytes] = []
    broken: set[int] = set()
    for line in lines:
        if draw.draw(st.integers(0, 3)) == 0:
            bad = draw.draw(junk)
            try:
                is_object = isinstance(json.loads(bad), dict)
            except (ValueError, RecursionError):
                is_object = False
            if not is_object and bad != b"\n":
                broken.add(sum(map(len, pieces)))
            pieces.append(bad)
        pieces.append(line)
    whole, cuts = b"".join(pieces), draw.draw(st.lists(st.integers(0, 1 << 20), max_size=8))
    acc = fold(whole, cuts)
    assert {problem.offset for problem in acc.problems} == broken
    assert quick_reading(acc) == quick_reading(fold(data))
    assert everything(acc) == everything(fold(whole))


@pytest.mark.parametrize("path", [path for path in RECORDED if "0.20" not in path.name], ids=lambda path: path.name)
def test_a_line_that_was_cut_when_the_next_was_written_onto_it_is_a_problem(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    for number in range(1, len(lines) - 2):
        cut = lines[number][: len(lines[number]) // 2]
        data = b"".join([*lines[:number], cut, *lines[number + 1 :]])
        offset = sum(map(len, lines[:number]))
        if len(cut) + len(lines[number + 1]) < 2048 or b'"ordinal"' in lines[0]:
            assert offset in {problem.offset for problem in fold(data).problems}
        assert everything(fold(data, [*range(0, len(data), 97)])) == everything(fold(data))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """Real lines in which values are exchanged for values of any type."""
    pieces: list[bytes] = []
    for line in draw(rollouts()).splitlines():
        value = json.loads(line)
        place: Any = value
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[key], dict) or draw(st.booleans()):
                place[key] = draw(values)
                break
            place = place[key]
        pieces.append(json.dumps(value, separators=(",", ":")).encode() + b"\n")
    return b"".join(pieces)


@given(hostile(), st.lists(st.integers(0, 1 << 20), max_size=4), st.sampled_from([None, True, False]))
def test_values_of_any_type_are_survived(data: bytes, cuts: list[int], alive: bool | None) -> None:
    acc = fold(data, cuts)
    assert repr(everything(acc, alive)) == repr(everything(fold(data), alive))
    assert ENGINE.load(UNIT, ENGINE.dump(acc)) == acc
    assert [*ENGINE.texts(acc, Facts(0.0, alive))]
    assert isinstance(status_of(acc), Status)


@given(st.binary(max_size=400).map(lambda data: data + b"\n"), st.lists(st.integers(0, 400), max_size=4))
@example(b'{"timestamp":"2026-11-14T08:21:24.000Z","type":"response_item","payload":{"type":"fu}}\n', [])
@example(b'{"timestamp":"2026-11-14T08:21:24.000Z","ordinal":1,"type":"event_msg","payload":{"type":"task_s}\n', [])
@example(b'{"timestamp":"2026-11-14T08:21:24.000Z","ordinal":"type":"token_usage_record","payload":{"thread_}\n', [])
def test_any_bytes_are_survived(data: bytes, cuts: list[int]) -> None:
    assert everything(fold(data, cuts)) == everything(fold(data))


@pytest.mark.parametrize("path", RECORDED[:6], ids=lambda path: path.name)
def test_every_beginning_of_a_file_can_be_read(path: Path) -> None:
    data = path.read_bytes()
    for end in range(0, len(data), 211):
        whole = data.rfind(b"\n", 0, end) + 1
        acc = ENGINE.fold(ENGINE.start(UNIT), Appended("", 0, data[:whole], end > whole))
        assert acc.problems == []
        assert acc.is_torn is (end > whole)
        ENGINE.item(acc, Facts(0.0))


def test_other_evidence_changes_nothing() -> None:
    acc = fold(RECORDED[0].read_bytes())
    before = asdict(acc)
    assert asdict(ENGINE.fold(ENGINE.fold(acc, Gone("")), Replaced("x", b"{}"))) == before
