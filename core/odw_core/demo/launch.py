"""Launch: starts the replayed demo beside the caller and makes sure that nothing of it outlives it. Prints nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odw_core.demo.wide_acts import CODEX_HOME
from odw_core.errors import OdwError, UsageError

_GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo that is going on."""

    workspace: Path
    """Where the runs are written."""
    scratch: Path
    """A folder of the demo's own, gone when the demo ends."""
    conductor: subprocess.Popen[bytes]

    def wait_until_played(self) -> None:
        """Wait until every story was played once. Raises ``OdwError`` when the demo broke down."""
        assert self.conductor.stdout is not None
        if not self.conductor.stdout.readline():
            raise OdwError(f"The demo broke down: {_last_words(self.scratch)}")


def codex_home(workspace: Path) -> Path:
    """Where the sessions of the demo lie."""
    return workspace / CODEX_HOME


@contextmanager
def playing(*, keep: Path | None = None, pace: float = 1.0, only_once: bool = False) -> Iterator[Stage]:
    """Play the demo while the block runs: in a scratch workspace, or in ``keep``, which then stays.

    Raises ``UsageError`` when ``keep`` holds something already or ``pace`` is not above zero.
    """
    check_pace(pace)
    if keep is not None:
        check_is_free(keep)
    scratch = new_scratch()
    try:
        workspace = _new_workspace(keep or scratch / "demo")
        conductor = _start(workspace, scratch, pace, only_once)
        try:
            yield Stage(workspace, scratch, conductor)
        finally:
            _end(conductor)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check_pace(pace: float) -> None:
    """Raises ``UsageError`` when nothing would ever happen."""
    if not pace > 0:
        raise UsageError(f"--pace {pace:g} does not go forward; give a number above 0, or inf.")


def new_scratch() -> Path:
    """A folder that nobody else uses. Raises ``OdwError`` when none can be made."""
    try:
        return Path(tempfile.mkdtemp(prefix="odw-tui-demo-"))
    except OSError as error:
        raise OdwError(f"The demo finds no place for its files: {error.strerror}; set TMPDIR to a folder.") from error


def _new_workspace(folder: Path) -> Path:
    workspace = folder.absolute()
    try:
        codex_home(workspace).mkdir(parents=True, exist_ok=True)
        (codex_home(workspace) / "sessions").mkdir(exist_ok=True)
    except OSError as error:
        raise OdwError(f"{workspace} cannot be made: {error.strerror}; keep the demo somewhere else.") from error
    return workspace


def check_is_free(folder: Path) -> None:
    """Raises ``UsageError`` when something lies in the folder already, or nobody can say."""
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a new or an empty folder to keep the demo in.")
    except OSError as error:
        raise UsageError(f"{folder} cannot be used to keep the demo in: {error.strerror}.") from error


def _start(workspace: Path, scratch: Path, pace: float, only_once: bool) -> subprocess.Popen[bytes]:
    """A pipe is the leash: whatever ends this process closes it, and with it ends every process of the demo."""
    command = [sys.executable, "-m", "odw_core.demo.conductor", "--workspace", str(workspace)]
    command += ["--stage", str(scratch), "--pace", str(pace), *(["--only-once"] if only_once else [])]
    with _log(scratch).open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )


def _end(conductor: subprocess.Popen[bytes]) -> None:
    for pipe in (conductor.stdin, conductor.stdout):
        if pipe is not None:
            pipe.close()
    try:
        conductor.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        conductor.kill()
        conductor.wait()


def _log(scratch: Path) -> Path:
    return scratch / "demo.log"


def _last_words(scratch: Path) -> str:
    try:
        lines = _log(scratch).read_text("utf-8", "replace").split("\n")
    except OSError:
        lines = []
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
