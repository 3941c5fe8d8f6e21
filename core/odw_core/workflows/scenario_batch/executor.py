"""Asks the executor of a batch before it begins: its version, a write in its sandbox, the tools that it would offer.

Each answer comes from a process that is ended, with all it started, before this returns.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odw_core import __version__
from odw_core.engines.loose import Json, mapping, objects, parse_object, text
from odw_core.text.ansi import one_line

_CLIENT = {"clientInfo": {"name": "odw-tui", "version": __version__}}
_ASKED: Sequence[dict[str, object]] = (
    {"id": 1, "method": "initialize", "params": _CLIENT},
    {"method": "initialized"},
    {"id": 2, "method": "mcpServerStatus/list", "params": {}},
)
_WRITES = ': > "$1" && rm -f "$1"'
_UNKNOWN = ("unrecognized subcommand", "unexpected argument", "method not found", "unknown variant")
"""What an older Codex says to what it does not know."""
_MOST = 32 << 20
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Executor:
    """The Codex of a batch: its native program, its home, where it works, and with which variables."""

    program: Path
    home: str
    root: str
    environ: Mapping[str, str]

    @property
    def _environ(self) -> dict[str, str]:
        return {**self.environ, "CODEX_HOME": self.home}

    def version(self) -> tuple[str, str]:
        """(what it calls itself, why it does not say): one of both is empty."""
        code, said, error = self._ran("--version")
        if code or not said:
            return "", error or f"{self.program} --version ended with {code}"
        return said, ""

    def write_trouble(self, folder: str, sandbox: str) -> str | None:
        """Why a command in that sandbox cannot write into the folder below the root; empty when it can, None when this
        Codex does not let one try."""
        probe = f"{folder}/.odw-tui-probe-{secrets.token_hex(4)}"
        words = ("sandbox", "-c", f'sandbox_mode="{sandbox}"', "--", "/bin/sh", "-c", _WRITES, "sh", probe)
        code, _, error = self._ran(*words)
        if code == 0:
            return ""
        if code is None or any(one in error.lower() for one in _UNKNOWN):
            return None
        return error or f"it ended with {code}"

    def _ran(self, *words: str) -> tuple[int | None, str, str]:
        """(exit code, or None when it took too long; first line of its stdout; last line of its stderr)"""
        try:
            ran = subprocess.run(
                [str(self.program), *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_PATIENCE_S,
                cwd=self.root,
                env=self._environ,
            )
        except subprocess.TimeoutExpired:
            return None, "", f"it did not answer within {_PATIENCE_S:g} s"
        except OSError as error:
            return 126, "", f"it cannot be started: {(error.strerror or 'unknown reason').lower()}"
        out, err = (one.decode("utf-8", "replace").strip() for one in (ran.stdout, ran.stderr))
        return ran.returncode, one_line(out.split("\n")[0], 80), one_line(err.rsplit("\n", 1)[-1], 300)

    def tools(self) -> tuple[int, int, str]:
        """Has the executor list the tools of its tool servers. (how many servers, how many tools, why one of them does
        not say its tools as it should)"""
        try:
            process = subprocess.Popen(
                [str(self.program), "app-server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.root,
                env=self._environ,
                start_new_session=True,
            )
        except OSError as error:
            return 0, 0, f"its server cannot be started: {(error.strerror or 'unknown reason').lower()}"
        try:
            answer = _asked(process, time.monotonic() + _PATIENCE_S)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if answer is None:
            return 0, 0, f"its server did not list the tools within {_PATIENCE_S:g} s"
        said = text(mapping(answer, "error"), "message")
        if said and not any(one in said.lower() for one in _UNKNOWN):
            return 0, 0, f"its server refused to list the tools: {one_line(said, 200)}"
        servers = objects(mapping(answer, "result"), "data")
        trouble = next((why for one in servers if (why := _trouble_of(one))), "")
        return len(servers), sum(len(mapping(one, "tools")) for one in servers), trouble


def _trouble_of(server: Json) -> str:
    name = one_line(text(server, "name"), 80)
    if said := text(server, "toolsError"):
        return f"{name}: {one_line(said, 300)}"
    for tool, told in mapping(server, "tools").items():
        schema = mapping(told, "inputSchema") if isinstance(told, dict) else {}
        if text(schema, "type") != "object":
            return f"{name}: its tool {one_line(tool, 80)!r} has no valid schema"
    return ""


def _asked(process: subprocess.Popen[bytes], until: float) -> Json | None:
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
