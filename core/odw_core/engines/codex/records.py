"""One rollout line: decoded with its envelope (or without one, as 0.20 wrote), and what its parts say. Never raises."""

from __future__ import annotations

import json
import re
import shlex
from typing import NamedTuple

from odw_core.engines.codex.names import OUTPUT_TOOLS
from odw_core.engines.loose import Json, instant_ms, integer, mapping, objects, parse_object, sequence, text

_ENVELOPES = ("event_msg", "response_item")
_BARE_KINDS = (
    "message",
    "reasoning",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "local_shell_call",
)
_EXIT = re.compile(
    r"(?:Chunk ID: [^\n]*\n)?(?:Wall time: [^\n]*\n)?(?:Process exited with code|Exit code:) (-?\d{1,9})(?:\n|\Z)"
)
_SHELLS = ("-c", "-lc", "-ic", "-lic")
_CONTEXT_BLOCKS = ("<environment_context>", "<user_instructions>", "# AGENTS.md instructions for ")


class Line(NamedTuple):
    """A decoded line. ``kind`` is ``event_msg/task_started``, ``turn_context`` … and ``meta`` for a bare first line."""

    kind: str
    payload: Json
    stamp: object
    has_envelope: bool
    number: object = None
    """What the line says of its place in the file, from 0."""

    @property
    def at_ms(self) -> int | None:
        """When it was written, milliseconds since 1970."""
        return instant_ms(self.stamp)


def read_line(data: bytes) -> Line | None:
    """The line, None when it is no JSON object."""
    fields = parse_object(data)
    return None if fields is None else line_of(fields)


def line_of(fields: Json) -> Line:
    """What an object that stood on a line of its own says."""
    kind, payload = text(fields, "type"), fields.get("payload")
    if isinstance(payload, dict):
        if kind in _ENVELOPES:
            kind = f"{kind}/{text(payload, 'type')}"
        return Line(kind, payload, fields.get("timestamp"), True, fields.get("ordinal"))
    if kind in _BARE_KINDS:
        return Line(f"response_item/{kind}", fields, fields.get("timestamp"), False)
    if not kind and "id" in fields and "timestamp" in fields:
        return Line("meta", fields, fields.get("timestamp"), False)
    return Line("", fields, None, False)


def content_text(payload: Json) -> str:
    """The words of a message: ``content[].text``, joined."""
    return "\n".join(part for piece in objects(payload, "content") if (part := text(piece, "text")))


def said(line: Line | None) -> str:
    """The words of a message, in whichever shape it is written; empty for a line that could not be read."""
    if line is None:
        return ""
    if line.kind == "event_msg/item_completed":
        return content_text(mapping(line.payload, "item"))
    if line.kind.startswith("event_msg/"):
        return text(line.payload, "message")
    return content_text(line.payload)


def is_context_block(words: str) -> bool:
    """Whether a ``user`` message is something Codex put there itself."""
    return words.lstrip().startswith(_CONTEXT_BLOCKS)


def arguments_of(payload: Json) -> Json:
    """The arguments of a function call, which stand in it as JSON text; empty when they are none."""
    raw = payload.get("arguments")
    if isinstance(raw, dict):
        return raw
    return (parse_object(raw.encode("utf-8", "surrogatepass")) if isinstance(raw, str) else None) or {}


def command_text(value: object) -> str:
    """A command as a person types it: text, or the words of an argument list without the shell around them."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    words = [word for word in value if isinstance(word, str)]
    if len(words) == 3 and words[1] in _SHELLS:
        return words[2]
    return shlex.join(words)


def call_command(payload: Json, arguments: Json) -> str:
    """The command of a shell call."""
    if text(payload, "type") == "local_shell_call":
        return command_text(mapping(payload, "action").get("command"))
    return command_text(arguments.get("cmd")) or command_text(arguments.get("command"))


def output_text(payload: Json) -> str:
    """What a tool answered: text, pieces of text, or the ``output`` inside of JSON text."""
    raw = payload.get("output")
    if isinstance(raw, list):
        return "\n".join(text(piece, "text") for piece in sequence(payload, "output") if isinstance(piece, dict))
    if isinstance(raw, dict):
        return text(raw, "content") or text(raw, "output")
    if not isinstance(raw, str):
        return ""
    wrapped = _wrapped(raw)
    return text(wrapped, "output") if wrapped is not None else raw


def output_exit_code(payload: Json) -> int | None:
    """The exit code that the output of a shell call states, None when it states none (it may still run)."""
    raw = output_raw(payload)
    if (wrapped := _wrapped(raw)) is not None:
        return integer(mapping(wrapped, "metadata"), "exit_code")
    match = _EXIT.match(raw)
    return int(match[1]) if match else None


def output_raw(payload: Json) -> str:
    """The answer of a tool with the header that Codex writes before it."""
    raw = payload.get("output")
    return raw if isinstance(raw, str) else output_text(payload)


def output_body(raw: str) -> str:
    """A shell call's answer without its header."""
    if _EXIT.match(raw) or raw.startswith(("Chunk ID: ", "Wall time: ")):
        _, mark, body = raw.partition("\nOutput:\n")
        return body if mark else raw
    return raw


def _wrapped(raw: str) -> Json | None:
    if not raw.startswith('{"'):
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "output" in value and "metadata" in value else None


def is_shell_output(name: str | None) -> bool:
    """Whether a tool's output can be that of a command; unknown calls are believed."""
    return name is None or name in OUTPUT_TOOLS
