"""A tool of an MCP server that Codex wants to call, as Codex asks about it: dressed as a form without fields, with the
call itself beside it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from odw_core.decide.commands.judging import NETWORK
from odw_core.decide.risk import Risk
from odw_core.engines.loose import Json, flag, mapping, objects, text, texts
from odw_core.text.ansi import one_line, plain

_KIND = "mcp_tool_call"
_DESTROY = "destroy"
_LASTING = {"acceptForSession": "session", "acceptAlways": "always"}
"""Verdicts that Codex remembers, and what it calls that."""


def tool_call(params: Json) -> Json:
    """What is told of the call that an elicitation asks about; empty when it asks about something else."""
    told = mapping(params, "_meta")
    return told if text(told, "codex_approval_kind") == _KIND else {}


def tool_decisions(call: Json) -> tuple[str, ...]:
    """Everything that can be said to it: remembering only as far as Codex offers it."""
    # One word or a list of them, as the server likes.
    offered = (*texts(call, "persist"), text(call, "persist"))
    lasting = (verdict for verdict, scope in _LASTING.items() if scope in offered)
    return ("accept", *lasting, "decline", "cancel")


def tool_answer(verdict: str) -> dict[str, object]:
    """The result of the request."""
    if verdict in ("decline", "cancel"):
        return {"action": verdict, "content": None}
    scope = _LASTING.get(verdict)
    accepted: dict[str, object] = {"action": "accept", "content": {}}
    return accepted if scope is None else {**accepted, "_meta": {"persist": scope}}


def tool_details(server: str, call: Json) -> list[tuple[str, str]]:
    """Server, tool, what the tool is, and everything that it is given, whole."""
    name = text(call, "tool_title") or text(call, "tool_name")
    details = [("server", plain(server)), ("tool", plain(name))]
    if text(call, "tool_name") not in ("", name):
        details.append(("tool", plain(text(call, "tool_name"))))
    if about := plain(text(call, "tool_description")).strip():
        details.append(("what it is", about))
    shown: dict[str, object] = {}
    for one in objects(call, "tool_params_display"):
        shown[text(one, "name")] = one.get("value")
    # What stands only among the parameters themselves is given, too, and what differs counts as they have it.
    shown |= mapping(call, "tool_params")
    details += [("given", f"{one_line(name, 80)}: {_value(value)}") for name, value in shown.items()]
    if "acceptAlways" in tool_decisions(call):
        details.append(("always allow", plain(f"{name} of {server}, whatever it is given")))
    return details


def tool_risk(call: Json) -> Risk:
    """What the tool's own server says of it."""
    hints: Mapping[str, object] = mapping(call, "tool_annotations")
    is_open = flag(hints, "openWorldHint") is True
    reaches = "its server says that it reaches beyond this machine" if is_open else None
    if flag(hints, "destructiveHint") is True and flag(hints, "readOnlyHint") is not True:
        return Risk("; ".join(filter(None, ("its server says that it may destroy something", reaches))), _DESTROY)
    return Risk(reaches, NETWORK if is_open else None)


def _value(value: object) -> str:
    if isinstance(value, str):
        return plain(value)
    return plain(json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict | list) else None))
