"""Starts supervisors: for a new run, or for one whose supervisor is gone. Waits until they hold the run, no longer."""

from __future__ import annotations

import os
import select
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from odw_core.engines.odw.names import SUPERVISOR
from odw_core.errors import NotFound, OdwError, Refused, UsageError
from odw_core.model.address import Address
from odw_core.process.flock import is_held
from odw_core.process.liveness import is_alive
from odw_core.process.spawn import python_module, spawn_detached
from odw_core.runs.children import MARKER
from odw_core.runs.ending import settle
from odw_core.runs.faults import point
from odw_core.runs.folders import RunFolder, make_private, private_chain
from odw_core.runs.journal import is_over
from odw_core.runs.spec import RunSpec, read_spec, write_spec

_READY = "ready"
_PATIENCE_S = 15.0
_ENDING_S = 2.0
_NAMED_AFTER_ITSELF = 'folder=$1/odw-exec-$2-$$; shift 2; exec "$@" "$folder"'
"""The run's id holds the process id of its first supervisor, so the shell puts it in before it becomes that process."""


def launch(spec: RunSpec, state: Path) -> Address:
    """Start a run in a detached supervisor; its folder is there when this returns. ``spec.run_id`` is given here.

    Raises ``OdwError`` with one sentence when it cannot be.
    """
    if not Path(spec.workspace).is_dir():
        raise UsageError(f"{spec.workspace} is no folder; a run needs one to work in.")
    runs = private_chain(state, "runs")
    began = int(time.time() * 1000)
    module = python_module(SUPERVISOR)
    argv = ["/bin/sh", "-c", _NAMED_AFTER_ITSELF, "sh", str(runs), str(began), *module]
    log = runs / f".starting-{began}-{os.getpid()}-{os.urandom(3).hex()}"
    process = _spawn(argv, runs, log)
    folder = RunFolder(state, f"odw-exec-{began}-{process.pid}")
    point("launch: a supervisor waits for its run")
    try:
        make_private(folder.root)
        log.replace(folder.log)
        write_spec(folder, replace(spec, run_id=folder.run_id))
        point("launch: the run is laid down")
    except BaseException:
        process.kill()
        log.unlink(missing_ok=True)
        raise
    _await_ready(process, folder)
    return Address("odw", folder.run_id)


def resume(run_id: str, state: Path) -> Address:
    """Start a supervisor for a run that has none and is not over. Raises ``OdwError`` when that cannot be."""
    folder = RunFolder(state, run_id)
    if not folder.spec.is_file():
        raise NotFound(f"{run_id} was not started by odw-tui on this machine, so it cannot be resumed here.")
    read_spec(folder)
    if is_over(folder):
        # Its supervisor may have been killed before the workspace knew.
        with suppress(OSError):
            settle(folder)
        raise Refused(f"{run_id} is over; odw-tui rerun odw:{run_id} starts it again.")
    driven = Refused(f"{run_id} is being driven; there is nothing to resume.")
    if is_held(folder.lock) and _has_living_supervisor(folder):
        raise driven
    runs = private_chain(state, "runs")
    argv = [*python_module(SUPERVISOR), str(folder.root)]
    try:
        _await_ready(_spawn(argv, runs, folder.log), folder)
    except OdwError as error:
        if is_held(folder.lock):
            raise driven from error
        raise
    return Address("odw", run_id)


def _has_living_supervisor(folder: RunFolder) -> bool:
    """A killed process is seen to be dead a moment before the kernel takes its lock: the next one waits for that."""
    pid = folder.present_supervisor()
    return pid is None or is_alive(pid, (SUPERVISOR,), folder.epoch.stat().st_mtime) is not False


def _spawn(argv: list[str], cwd: Path, log: Path) -> subprocess.Popen[bytes]:
    """The working folder is our own: with ``-m``, Python would import what lies there."""
    environ = {name: value for name, value in os.environ.items() if name != MARKER}
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        return spawn_detached(
            argv, cwd=cwd, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=descriptor
        )
    except OSError as error:
        raise OdwError(f"The supervisor cannot be started: {error.strerror}.") from error
    finally:
        os.close(descriptor)


def _await_ready(process: subprocess.Popen[bytes], folder: RunFolder) -> None:
    """Let it begin, and hear how it did."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout, process.stdin:
        process.stdin.close()
        said = _first_line(process.stdout.fileno())
    if said == _READY:
        return
    if said:
        # It holds the run for a moment more; who tries again at once must not hear that somebody drives it.
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING_S)
        raise OdwError(said)
    raise OdwError(f"The supervisor did not begin; its log is {folder.log}.")


def _first_line(descriptor: int) -> str:
    data, until = b"", time.monotonic() + _PATIENCE_S
    while b"\n" not in data and (left := until - time.monotonic()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        chunk = os.read(descriptor, 65536)
        if not chunk:
            break
        data += chunk
    return data.split(b"\n")[0].decode("utf-8", "replace").strip()
