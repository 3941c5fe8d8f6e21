"""Tool calls and words, read from the talk of an agent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.workflows.scenario_batch.tool_calls import Talk


def frame(message: dict[str, Any], direction: str = "server->client") -> str:
    return json.dumps({"at_ms": 1, "dir": direction, "msg": message})


def completed(item: dict[str, Any], thread: str = "mine") -> str:
    return frame({"method": "item/completed", "params": {"threadId": thread, "turnId": "t", "item": item}})


def begun() -> Talk:
    talk = Talk()
    talk.feed(frame({"id": 2, "result": {"thread": {"id": "mine"}, "model": "m"}}))
    return talk


def command(**more: object) -> dict[str, Any]:
    known = {"type": "commandExecution", "id": "c1", "command": "ls", "cwd": "/x", "status": "completed", "exitCode": 0}
    return {**known, "aggregatedOutput": "a\n", **more}


def test_a_command_and_how_it_ended() -> None:
    talk = begun()
    (fine,) = talk.feed(completed(command()))
    assert (fine.name, fine.args["command"], fine.ok, fine.error) == ("exec", "ls", True, "")
    (bad,) = talk.feed(completed(command(id="c2", exitCode=2, status="failed", aggregatedOutput="no such file\n")))
    assert (bad.ok, bad.error) == (False, "no such file")


def test_the_same_call_is_told_once_and_those_of_other_sessions_never() -> None:
    talk = begun()
    assert len(talk.feed(completed(command()))) == 1
    assert talk.feed(completed(command())) == []
    assert talk.feed(completed(command(id="c9"), thread="another")) == []


def test_what_happened_while_nobody_listened_is_read_from_the_thread() -> None:
    talk = Talk()
    talk.feed(frame({"id": 1, "method": "thread/resume", "params": {"threadId": "mine"}}, "client->server"))
    turns = [{"items": [command()]}, {"items": [command(id="c2"), {"type": "agentMessage", "id": "m", "text": "hi"}]}]
    assert [one.id for one in talk.feed(frame({"id": 1, "result": {"thread": {"id": "mine", "turns": turns}}}))] == [
        "c2"
    ]
    assert talk.said == "hi"


def test_tools_of_servers_patches_and_words() -> None:
    talk = begun()
    called = {"type": "mcpToolCall", "id": "m1", "server": "docs", "tool": "find", "arguments": {"q": 1}}
    (tool,) = talk.feed(completed({**called, "status": "failed", "error": {"message": "content is required"}}))
    assert (tool.name, tool.args, tool.ok, tool.error) == ("docs/find", {"q": 1}, False, "content is required")
    changes = [{"path": "outputs/a.md", "kind": "add"}]
    (patch,) = talk.feed(completed({"type": "fileChange", "id": "f1", "status": "completed", "changes": changes}))
    assert (patch.name, patch.args) == ("patch", {"paths": ["outputs/a.md"]})
    talk.feed(
        frame({"method": "item/agentMessage/delta", "params": {"threadId": "mine", "itemId": "a", "delta": "half"}})
    )
    assert talk.said == "half"
    talk.feed(completed({"type": "agentMessage", "id": "a", "text": "half a word"}))
    assert talk.said == "half a word"


def test_a_scripted_player_tells_its_edits_and_calls() -> None:
    talk = Talk()
    (edit,) = talk.feed(json.dumps({"type": "edit", "what": "write a"}))
    (tool,) = talk.feed(json.dumps({"type": "tool", "name": "shell", "args": {"command": "x"}, "error": "no"}))
    talk.feed(json.dumps({"type": "say", "text": "hello"}))
    assert (edit.id, tool.id, tool.ok, talk.said) == ("edit-1", "tool-2", False, "hello")


@pytest.mark.parametrize(
    ("status", "code", "output", "ok", "error"),
    [
        ("completed", 0, "a\n", True, ""),
        ("completed", None, "a\n", True, ""),
        ("completed", 1, " no such file\n", False, "no such file"),
        ("completed", 1, " \n", False, "completed, exit 1"),
        ("failed", None, "", False, "failed, exit None"),
        ("failed", 0, "", False, "failed, exit 0"),
        ("declined", None, "", False, "declined, exit None"),
        ("", 127, "", False, "failed, exit 127"),
        ("completed", 1, "x" * 20_001, False, "x" * 20_000),
    ],
)
def test_a_command_went_wrong_by_its_status_or_its_exit_code(
    status: str, code: int | None, output: str, ok: bool, error: str
) -> None:
    (call,) = begun().feed(completed(command(status=status, exitCode=code, aggregatedOutput=output)))
    assert (call.ok, call.error) == (ok, error)
    known = {"command": "ls", "cwd": "/x"}
    assert call.args == (known if code is None else {**known, "exit": code})


@pytest.mark.parametrize("status", ["inProgress", "in_progress"])
def test_a_call_that_is_not_over_is_told_when_it_is(status: str) -> None:
    talk = begun()
    assert talk.feed(completed(command(status=status, exitCode=None))) == []
    assert len(talk.feed(completed(command()))) == 1


@pytest.mark.parametrize(
    ("more", "name", "args", "ok", "error"),
    [
        ({"server": "docs", "tool": "find"}, "docs/find", {}, True, ""),
        ({"tool": "find", "arguments": ["q"]}, "find", {"arguments": ["q"]}, True, ""),
        ({"server": "docs", "arguments": {"q": 1}}, "docs", {"q": 1}, True, ""),
        ({"server": "docs", "tool": "find", "error": "plain words"}, "docs/find", {}, False, "plain words"),
        ({"server": "docs", "tool": "find", "status": "failed"}, "docs/find", {}, False, "failed"),
    ],
)
def test_a_tool_of_a_server_went_wrong_by_its_error_or_its_status(
    more: dict[str, object], name: str, args: dict[str, object], ok: bool, error: str
) -> None:
    known = {"type": "mcpToolCall", "id": "m", "status": "completed"}
    (call,) = begun().feed(completed({**known, **more}))
    assert (call.name, call.args, call.ok, call.error) == (name, args, ok, error)


@pytest.mark.parametrize(
    ("item", "name", "ok", "error"),
    [
        ({"type": "fileChange", "status": "completed"}, "patch", True, ""),
        ({"type": "fileChange", "status": "declined"}, "patch", False, "the patch was declined"),
        ({"type": "webSearch", "query": "x"}, "web_search", True, ""),
        ({"type": "dynamicToolCall", "tool": "draw", "status": "completed"}, "draw", True, ""),
        ({"type": "dynamicToolCall", "status": "failed"}, "dynamicToolCall", False, "failed"),
        ({"type": "collabToolCall", "tool": "spawn", "status": "failed"}, "spawn", False, "failed"),
    ],
)
def test_every_other_kind_of_call_went_wrong_by_its_status(
    item: dict[str, object], name: str, ok: bool, error: str
) -> None:
    (call,) = begun().feed(completed({"id": "i", **item}))
    assert (call.name, call.ok, call.error) == (name, ok, error)


def test_what_is_no_call_is_told_as_none_and_nothing_is_told_of_nobody() -> None:
    assert begun().feed(completed({"type": "reasoning", "id": "r"})) == []
    # Before its own session is known, and where a frame names none, what is said is its own.
    assert len(Talk().feed(completed(command()))) == 1
    assert len(begun().feed(completed(command(), thread=""))) == 1


def test_words_are_kept_once_and_a_session_is_known_from_what_was_asked_of_it() -> None:
    talk = Talk()
    talk.feed(frame({"method": "turn/start", "params": {"threadId": "mine"}}, "client->server"))
    talk.feed(frame({"method": "initialized", "params": {}}, "client->server"))
    assert talk.thread == "mine"
    for _ in range(2):
        talk.feed(completed({"type": "agentMessage", "id": "a", "text": "once"}))
    talk.feed(completed({"type": "agentMessage", "id": "b", "text": "theirs"}, thread="another"))
    assert talk.said == "once"


def test_a_call_that_a_script_tells_went_well_without_an_error() -> None:
    (tool,) = Talk().feed(json.dumps({"type": "tool", "name": "shell", "args": {"command": "x"}}))
    (edit,) = Talk().feed(json.dumps({"type": "edit", "what": "write a"}))
    assert (tool.ok, tool.error, tool.args) == (True, "", {"command": "x"})
    assert (edit.ok, edit.name, edit.args) == (True, "edit", {"what": "write a"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["msg", "dir", "params", "item", "type", "id", "result", "thread", "turns", "items", "method"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.lists(_JSON.map(json.dumps) | st.text(max_size=30), max_size=10))
def test_any_lines_are_taken(lines: list[str]) -> None:
    talk = Talk()
    for line in lines:
        talk.feed(line)
    assert isinstance(talk.said, str)
