"""Tool calls and words, read from the talk of an agent."""

from __future__ import annotations

import json
from typing import Any

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
