"""Asks the agent's own tool server once which tools it has. Starts one process, and ends it with all it started."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from odw_core import __version__
from odw_core.engines.loose import mapping, objects, parse_object, sequence, text
from odw_core.text.ansi import one_line

_CLIENT = {"name": "odw-tui", "version": __version__}
_HELLO = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": _CLIENT}
_ASKED: Sequence[dict[str, object]] = (
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": _HELLO},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
)
_MOST = 8 << 20


def tool_trouble(
    program: Path, home: str, environ: Mapping[str, str], cwd: Path, within_s: float = 10.0
) -> tuple[str, int]:
    """(why ``program mcp-server`` does not say its tools as it should, how many there are); empty when it does."""
    try:
        process = subprocess.Popen(
            [str(program), "mcp-server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env={**environ, "CODEX_HOME": home},
            start_new_session=True,
        )
    except OSError as error:
        return f"it cannot be started: {(error.strerror or '').lower()}", 0
    try:
        answer = _asked(process, time.monotonic() + within_s)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    if answer is None:
        return f"it did not answer tools/list within {within_s:g} s", 0
    if "error" in answer:
        return f"it refused tools/list: {one_line(text(mapping(answer, 'error'), 'message'), 200)}", 0
    tools = objects(mapping(answer, "result"), "tools")
    if not tools or len(tools) != len(sequence(mapping(answer, "result"), "tools")):
        return "its answer to tools/list lists no tools", 0
    for tool in tools:
        if not text(tool, "name") or text(mapping(tool, "inputSchema"), "type") != "object":
            return f"its tool {one_line(text(tool, 'name'), 80)!r} has no valid schema", 0
    return "", len(tools)


def _asked(process: subprocess.Popen[bytes], until: float) -> dict[str, object] | None:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(BrokenPipeError):
        process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in _ASKED))
        process.stdin.flush()
    held = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0 and len(held) < _MOST and selector.select(left):
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            if not chunk:
                return None
            *lines, held = (held + chunk).split(b"\n")
            for line in lines:
                if (found := parse_object(line)) is not None and found.get("id") == 2:
                    return found
    return None
