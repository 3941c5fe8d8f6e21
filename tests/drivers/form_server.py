"""A small MCP server on stdio. Its tool ``fill`` puts the form it is called with before a person and returns what came
back; ``write`` says that it may destroy something, and writes a file. Run as a program."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_ANYTHING = {"type": "object", "additionalProperties": True}
TOOLS = [
    {
        "name": "fill",
        "description": "Puts a form before a person.",
        "inputSchema": {**_ANYTHING, "properties": {"message": {"type": "string"}, "schema": {"type": "object"}}},
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "write",
        "description": "Writes a file.",
        "inputSchema": {**_ANYTHING, "properties": {"path": {"type": "string"}}},
        "annotations": {"readOnlyHint": False, "destructiveHint": True},
    },
]


def say(message: dict[str, Any]) -> None:
    """One message to the client."""
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def returned(id_: object, words: str) -> None:
    """What a tool came to."""
    say({"id": id_, "result": {"content": [{"type": "text", "text": words}]}})


def called(id_: object, name: str, given: dict[str, Any], calls: dict[str, Any]) -> None:
    """A tool was called."""
    if name == "write":
        Path(given["path"]).write_text("written\n")
        returned(id_, "written")
        return
    asked = f"form-{id_}"
    calls[asked] = id_
    form = {"message": given["message"], "requestedSchema": given["schema"]}
    say({"id": asked, "method": "elicitation/create", "params": form})


def hear(message: dict[str, Any], calls: dict[str, Any]) -> None:
    """Deal with one message: a call, or what a person said to a form."""
    id_, params = message.get("id"), message.get("params") or {}
    match message.get("method"):
        case "initialize":
            server = {"name": "forms", "version": "1"}
            version = params.get("protocolVersion", "2025-06-18")
            say(
                {"id": id_, "result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": server}}
            )
        case "tools/list":
            say({"id": id_, "result": {"tools": TOOLS}})
        case "tools/call":
            called(id_, params["name"], params["arguments"], calls)
        case None if id_ in calls:
            returned(calls.pop(id_), json.dumps(message.get("result", message.get("error")), sort_keys=True))
        case None:
            pass
        case _ if id_ is not None:
            say({"id": id_, "result": {}})


def main() -> None:
    """Until stdin ends."""
    calls: dict[str, Any] = {}
    for line in sys.stdin:
        hear(json.loads(line), calls)


if __name__ == "__main__":
    main()
