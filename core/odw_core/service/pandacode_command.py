"""One run of ``pandacode answer``: its own session, both streams whole in the state folder, what it replied.

Decides nothing by its exit code. Starts no shell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import Json, mapping, parse_object, text
from odw_core.errors import Refused
from odw_core.files.safe_open import read_regular
from odw_core.process.groups import end_group
from odw_core.process.spawn import Child, child_of, spawn_detached
from odw_core.runs.folders import private_chain
from odw_core.text.ansi import one_line

MARKER = "ODW_TUI_ANSWER"
"""Variable by which everything is known that one answer started."""
_PATIENCE_S = 2.0
_MOST = 16 << 20
_TAIL = 4096
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Running:
    """A command that was started."""

    process: subprocess.Popen[bytes]
    child: Child
    folder: Path
    """``S/answers/<command id>``: stdout.log and stderr.log, both whole."""
    until: float
    """On the clock of ``time.monotonic``."""

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() >= self.until

    async def end(self) -> None:
        """End it, with everything it started."""
        await end_group(self.child, f"{MARKER}={self.folder.name}", patience_s=_PATIENCE_S)

    def reply(self) -> Json:
        """What it printed, when that is JSON; else empty."""
        try:
            return parse_object(read_regular(self.folder / "stdout.log", _MOST)) or {}
        except OSError:
            return {}

    def why(self) -> str:
        """Its own words on what went wrong; empty when it has none."""
        said = text(mapping(self.reply(), "error"), "message")
        if not said:
            try:
                lines = read_regular(self.folder / "stderr.log", _MOST)[-_TAIL:].decode("utf-8", "replace").splitlines()
            except OSError:
                lines = []
            said = next((line for line in reversed(lines) if line.strip()), "")
        return one_line(said, 300)


def program(environ: Mapping[str, str]) -> str:
    """The program that answers: ``$ODW_PANDACODE_BIN``, as odw has it, else ``pandacode``. Raises ``Refused``."""
    named = environ.get("ODW_PANDACODE_BIN") or "pandacode"
    found = shutil.which(named, path=environ.get("PATH"))
    if found is None:
        raise Refused(f"{named} is not on your PATH, and nothing else can answer this session; install it, send again.")
    return found


def run(
    state: Path,
    command_id: str,
    words: Sequence[str],
    *,
    place: str,
    runtime: str,
    session: str,
    environ: Mapping[str, str],
    deadline_s: float,
) -> Running:
    """Start ``pandacode answer`` for a session that lies below ``place``. Raises ``Refused`` or ``OSError``."""
    found = program(environ)
    folder = private_chain(state, "answers", command_id)
    named = [f"--session={session}"] if session.startswith("-") else ["--session", session]
    argv = [found, "answer", "--runtime", runtime, "--cd", place, *named, "--json", *words]
    # The record lies below this place, wherever the person's own sessions go.
    own = {**environ, "PANDACODE_STATE_DIR": f"{place}/.pandacode", MARKER: command_id}
    streams = [os.open(folder / name, _NEW, 0o600) for name in ("stdout.log", "stderr.log")]
    try:
        process = spawn_detached(
            argv, cwd=Path(place), env=own, stdin=subprocess.DEVNULL, stdout=streams[0], stderr=streams[1]
        )
    finally:
        for descriptor in streams:
            os.close(descriptor)
    return Running(process, child_of(process.pid), folder, time.monotonic() + deadline_s)
