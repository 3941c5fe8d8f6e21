"""Checks of foreign daemons and of agent processes whose parent is gone. Names them; never signals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import is_folder, is_there, size_below, small_text
from odw_core.diagnose.doctor.wording import command, size, span_of_time
from odw_core.diagnose.doctor.world import World
from odw_core.process.table import Process, processes

_SOCKET = "app-server-control/app-server-control.sock"
_DAEMON = "app-server-daemon"
_PID_FILE = f"{_DAEMON}/daemon.pid"
_LOOKED_AT_WORDS = 12
_SLACK_S = 5.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a left-over process is. ``is_loose`` ones do work that nobody collects."""

    title: str
    is_loose: bool
    fix: str


_EXEC = _Kind("codex exec", True, "Nobody reads its answer any more; end it, the session can be resumed later.")
_SERVER = _Kind("codex app-server", True, "No program talks to it any more; end it.")
_UPDATER = _Kind("the updater of a Codex daemon", True, "Its daemon is gone; end it.")
_RUNNER = _Kind("the runner of an ODW run", True, "odw itself is gone, so the run never gets its result; end it.")
_RUN = _Kind("", False, "It goes on without the terminal it was started in; end it only if nobody wants its result.")


def daemon_checks(world: World) -> Iterator[Check]:
    """The app-server daemon of each Codex home."""
    table = processes(world.proc)
    for home in world.codex_homes:
        if (check := _daemon_check(home, table, world)) is not None:
            yield check


def _daemon_check(home: str, table: Sequence[Process] | None, world: World) -> Check | None:
    pid_file, socket = f"{home}/{_PID_FILE}", f"{home}/{_SOCKET}"
    left = [path for path in (pid_file, socket) if is_there(path)]
    packages = f"{home}/packages"
    taken = size_below(packages) if is_folder(packages) else None
    disk = f"; {world.short(packages)} takes {size(taken.bytes)}" if taken and taken.bytes else ""
    if not left and not disk:
        return None
    pid = daemon_pid(small_text(pid_file, 65_536) or "")
    process = next((one for one in table or () if one.pid == pid and _is_codex(one)), None)

    def check(level: Level, detail: str, fix: str = "", do: str | None = None) -> Check:
        return Check("codex_daemon", "Codex daemon", level, detail, fix, do, subject=home)

    if process is not None:
        return check(
            Level.INFO,
            f"The Codex daemon of {world.short(home)} runs as process {pid}{_age(process, world)}{disk}.",
            "Leave it while you use the Codex screens; it is yours, and this room never stops it.",
            command("env", f"CODEX_HOME={home}", "codex", "app-server", "daemon", "stop"),
        )
    if not left:
        return check(Level.INFO, f"No Codex daemon runs for {world.short(home)}{disk}.")
    if table is None:
        return check(Level.INFO, f"A Codex daemon was started in {world.short(home)}; whether it lives is not known.")
    return check(
        Level.WARN,
        f"The Codex daemon of {world.short(home)} is gone, but it left {' and '.join(_last(path) for path in left)}"
        f"{disk}.",
        "Remove what it left, so that nobody tries to reach it.",
        command("rm", "-f", "--", *left),
    )


def daemon_pid(text: str) -> int | None:
    """The process id in ``daemon.pid``: JSON with ``pid``, or a bare number."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    pid = value.get("pid") if isinstance(value, dict) else value
    return pid if isinstance(pid, int) and not isinstance(pid, bool) and pid > 0 else None


def left_over_checks(world: World) -> Iterator[Check]:
    """Agent processes of this user whose parent is gone."""
    table = processes(world.proc)
    if table is None:
        yield Check("left_over", "left-over agents", Level.INFO, "This system does not list processes.")
        return
    daemons = {daemon_pid(small_text(f"{home}/{_PID_FILE}", 65_536) or "") for home in world.codex_homes}
    found = left_over(table, world.user, daemons)
    for process, kind in found:
        yield _left_over_check(process, kind, world)
    if not found:
        yield Check("left_over", "left-over agents", Level.PASS, "No agent process was left behind.")


def left_over(table: Sequence[Process], user: int, daemons: set[int | None]) -> list[tuple[Process, _Kind]]:
    """Those of ``user`` that work for nobody. ``daemons`` are process ids that stand alone by intention."""
    by_pid = {process.pid: process for process in table}
    # A number that another program has by now is nobody's daemon.
    living = {process.pid for process in table if process.pid in daemons and _is_codex(process)}
    found: list[tuple[Process, _Kind]] = []
    for process in table:
        if process.user != user or process.pid in living or not _is_alone(process, by_pid):
            continue
        kind = kind_of(process)
        if kind is not None and not (kind is _UPDATER and living):
            found.append((process, kind))
    return found


def _is_alone(process: Process, by_pid: dict[int, Process]) -> bool:
    """Whether who started it is gone: then the first process, or the user's systemd, is its parent."""
    parent = by_pid.get(process.parent)
    return process.parent <= 1 or parent is None or parent.name == "systemd"


def kind_of(process: Process) -> _Kind | None:
    """What kind of agent process it is; None when it is none."""
    words = process.command[:_LOOKED_AT_WORDS]
    names = [PurePath(word).name for word in words[:3]]
    if any(name.startswith("odw-js-runner") for name in names):
        return _RUNNER
    if any(f"/{_DAEMON}/" in word for word in words[:1]) or (_is_codex(process) and "daemon" in words):
        return _UPDATER
    if _is_codex(process):
        if "exec" in words:
            return _EXEC
        return _SERVER if "app-server" in words else None
    program = next((name for name in names if name in ("odw", "converge", "pandacode")), None)
    if program is None:
        return None
    verb = next((word for word in words[1:] if word in ("exec", "coordinate", "worker", "run")), "")
    return _Kind(f"{program} {verb}".strip(), False, _RUN.fix)


def _is_codex(process: Process) -> bool:
    """The launcher of npm, the native program, or the copy that the daemon made of itself."""
    names = [PurePath(word).name for word in process.command[:3]]
    return any(name in ("codex", "codex.js") or name.startswith("codex-") for name in names[:2])


def _left_over_check(process: Process, kind: _Kind, world: World) -> Check:
    where = f" in {world.short(process.folder)}" if process.folder else ""
    return Check(
        "left_over",
        "left-over agent" if kind.is_loose else "detached run",
        Level.WARN if kind.is_loose else Level.INFO,
        f"Process {process.pid} is {kind.title}{_age(process, world)}{where}; who started it is gone.",
        kind.fix,
        command("kill", str(process.pid)),
        subject=str(process.pid),
    )


def _age(process: Process, world: World) -> str:
    if process.started_at is None or process.started_at > world.now + _SLACK_S:
        return ""
    return f" for {span_of_time(world.now - process.started_at)}"


def _last(path: str) -> str:
    return PurePath(path).name
