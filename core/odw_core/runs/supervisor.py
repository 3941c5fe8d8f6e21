"""Supervisor: the process that drives one run. ``python -m odw_core.runs.supervisor RUN_STATE_FOLDER``.

It alone writes the run's journal, it obeys only what lies in the control folder of its own epoch, and it outlives
every screen. Killed at any moment, it leaves a run that ``resume`` goes on with.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from odw_core import __version__
from odw_core.clock import Clock, SystemClock
from odw_core.config import load_config
from odw_core.engines.loose import integer
from odw_core.engines.odw.names import CANCELLED, NATIVE, STATE, start_ms_of
from odw_core.engines.odw.records import JournalLine, exit_line
from odw_core.errors import OdwError, no_room
from odw_core.model.command import Cancel, Command
from odw_core.model.question import Question
from odw_core.paths import user_paths
from odw_core.process.flock import hold
from odw_core.process.groups import end_group, end_groups
from odw_core.runs import faults
from odw_core.runs.above import report_above
from odw_core.runs.asking import Asking
from odw_core.runs.blobs import Blobs
from odw_core.runs.children import Children
from odw_core.runs.context import Context
from odw_core.runs.decided import Decided
from odw_core.runs.ending import mark_settled
from odw_core.runs.folders import RunFolder, new_epoch, write_private
from odw_core.runs.journal import Journal, is_over
from odw_core.runs.litter import litter, take_away
from odw_core.runs.obeying import Obeying
from odw_core.runs.projections import Projections, write_report
from odw_core.runs.spec import read_spec
from odw_core.runs.told_state import ToldState
from odw_core.runs.waiting import has_waited, wait_for
from odw_core.runs.workflow import Result, checked_input, load_workflow
from odw_core.runs.workspace import RunPlace
from odw_core.text.secrets import masked

READY = "ready"
_LOOK_S = 0.05
_FLUSHES_EVERY, _THOROUGH_EVERY = 5, 100
_RENEWS_AFTER_S = 60.0
_REMEMBERING_SHARE = 20
"""Writing down what became of the nodes, which holds every diff, takes no more than this fraction of the time."""
_GRACE_S = 4.0
_PATIENCE_S = 1.5
_MAX_COMPARED = 8 << 20
_RESERVE = 64 * 1024
"""Given back to a disk that is full, so that a last line can say so."""
_NICENESS = 5
"""What a person looks at goes before what runs by itself; agents, git and tests of a run inherit this."""


class Supervisor:
    """One run, from lock to exit event."""

    def __init__(self, folder: RunFolder, clock: Clock) -> None:
        """Raises ``OdwError`` when the run cannot be driven."""
        self._folder, self._clock = folder, clock
        self._spec = read_spec(folder)
        self._workflow = load_workflow(self._spec.workflow)
        self._epoch = new_epoch()
        self._place = RunPlace(self._spec.workspace, self._spec.run_id)
        self._journal = Journal(self._place, folder.mirror, clock)
        told = [*self._journal.lines()]
        self.is_over = any(line.type == "exit" for line in told)
        self._is_new = not told
        self._after = None if has_waited(told) else self._spec.after
        self._children = Children(folder.children, folder.run_id)
        self._asking = Asking(self._journal.emit, told, clock.now, self._call_out, Decided(folder.root))
        started_ms = start_ms_of(folder.run_id) or int(clock.now() * 1000)
        self._projections = Projections(self._place, folder.root, self._spec, started_ms)
        self._told, self._told_to = ToldState(integer(self._spec.given, "budget_tokens")), 0
        self._obeying = Obeying(folder, self._epoch, self._workflow, self._asking, clock, self._hear)
        self._context = Context(
            self._spec,
            folder,
            self._place,
            self._journal,
            self._asking,
            self._children,
            clock,
            self._obeying.answer,
            told,
        )
        self._stopped = asyncio.Event()
        self._work: asyncio.Task[Result] | None = None

    def begin(self) -> None:
        """Take the run over: a new epoch, its folders, the first lines. Raises ``OSError``, ``OdwError``."""
        self._obeying.begin()
        with suppress(OSError):
            # Of a supervisor before this one; nobody goes on in there.
            take_away(litter(self._folder), Blobs(self._folder.root))
        # Upstream deletes what gave no sign for a day: a run that is taken up again gives one at once.
        self._projections.begin(None if self._is_new else int(self._clock.now() * 1000))
        self._folder.reserve.write_bytes(bytes(_RESERVE))
        self._journal.check()
        if self._is_new:
            self._launch()
        write_private(self._folder.epoch, {"epoch": self._epoch, "pid": os.getpid()})
        event: dict[str, object] = {
            "type": "supervisor",
            "epoch": self._epoch,
            "pid": os.getpid(),
            "started_at": self._clock.now(),
            "hears": self._workflow.is_heard,
        }
        self._journal.emit(event, "supervisor started" if self._is_new else "supervisor took the run up again")
        self._remember()

    def _launch(self) -> None:
        name, spec = self._workflow.name, self._spec
        command = self._projections.command
        launch: dict[str, object] = {
            "type": "launch",
            "run_id": spec.run_id,
            "action": "exec",
            "script": f"odw-tui:{name}",
            "backend": NATIVE,
            "runner": f"odw-tui {__version__}",
            "resume_from": spec.parent or spec.origin,
            "resume_state_path": None,
            "state_path": str(self._place.path / STATE),
            "command": command,
            "shell": shlex.join(command),
            "ts_ms": int(self._clock.now() * 1000),
            **({"campaign": spec.campaign} if spec.campaign is not None else {}),
        }
        self._journal.write(JournalLine(launch))
        start: dict[str, object] = {
            "type": "workflow_start",
            "name": name,
            "script": f"odw-tui:{name}",
            "backend": NATIVE,
            "resumeFrom": spec.parent or spec.origin or "",
            "whenToUse": None,
        }
        self._journal.emit(start, f"workflow {name}")
        goal = self._workflow.goal(self._workflow.input.model_validate(spec.given))
        self._journal.emit({"type": "goal", "text": goal}, goal)

    async def run(self) -> int:
        """Drive it to its end, or until somebody stops this process. The value is the exit code of the process."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopped.set)
        with suppress(ValueError, OSError):
            loop.add_signal_handler(signal.SIGHUP, lambda: None)
        await self._end_survivors()
        watching = asyncio.create_task(self._watch())
        self._work = asyncio.create_task(self._whole_work())
        stopping = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((self._work, stopping, watching), return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                # Nobody could drive the run without it: the same as being stopped, with the reason in the log.
                _log("".join(traceback.format_exception(watching.exception())))
            if not self._work.done():
                await self._stop(no_room(watching.exception()) if watching.done() else "")
                return 0
            is_cancelled = self._obeying.is_cancelled or self._work.cancelled()
            if not is_cancelled and (said := no_room(self._work.exception())):
                await self._stop(said)
                return 0
            await self._finish(self._work)
            return 0
        finally:
            for task in (watching, stopping):
                task.cancel()
            await asyncio.gather(watching, stopping, return_exceptions=True)
            self._context.close()
            self._journal.close()
            self._folder.reserve.unlink(missing_ok=True)
            self._obeying.close()

    async def _whole_work(self) -> Result:
        if self._after:
            await wait_for(self._folder.state, self._after, self._journal.emit)
            self._after = None
        given = self._workflow.input.model_validate(checked_input(self._workflow, self._spec.given))
        return await self._workflow.run(self._context, given)

    async def _end_survivors(self) -> None:
        """Whoever a supervisor before this one started, and could not end."""
        for one in self._children.left():
            if not one.outlives:
                count = await end_group(one.child, self._children.marker, patience_s=_PATIENCE_S, is_polite=False)
                self._children.ended(one.child)
                if count:
                    self._warn(f"{one.what} was still running without its supervisor and was ended")

    async def _watch(self) -> None:
        """Commands, the journal's copy, unfinished lines, the sign of life for upstream."""
        turn, renewed, remembers = 0, self._clock.now(), 0.0
        while True:
            self._obeying.obey()
            self._journal.check()
            if turn % _FLUSHES_EVERY == 0:
                with suppress(OSError):
                    self._context.flush()
            if (began := self._clock.monotonic()) >= remembers:
                self._remember()
                remembers = began + _REMEMBERING_SHARE * (self._clock.monotonic() - began)
            if turn % _THOROUGH_EVERY == 0 and self._journal.size < _MAX_COMPARED:
                self._journal.check(is_thorough=True)
            # By the clock on the wall: a machine that slept for a day gives the sign before anybody can miss it.
            if (now := self._clock.now()) - renewed >= _RENEWS_AFTER_S:
                renewed = now
                self._projections.renew(int(now * 1000))
            if turn % _THOROUGH_EVERY == 0 and not self._has_workspace():
                # Nowhere to work and nobody to show anything to.
                _log(f"{self._spec.workspace} is gone")
                self._stopped.set()
            turn += 1
            await asyncio.sleep(_LOOK_S)

    def _remember(self) -> None:
        """Upstream's ``state.json``, where the journal says something new that belongs there."""
        after, self._told_to = self._told_to, self._journal.size
        if after < self._told_to and self._told.take(self._journal.lines(after)):
            self._projections.remember(self._told.record())

    def _has_workspace(self) -> bool:
        return Path(self._spec.workspace).is_dir()

    def _hear(self, command: Command) -> None:
        self._context.hear(command)
        if isinstance(command, Cancel):
            # While it only waits there is nothing that wants to end in its own way.
            asyncio.get_running_loop().call_later(0 if self._after else self._workflow.grace_s, self._force)

    def _force(self) -> None:
        if self._work is not None and not self._work.done():
            self._work.cancel()

    def _call_out(self, question: Question) -> None:
        """Tell a person who has no screen open, beside the work."""
        asyncio.get_running_loop().run_in_executor(None, self._tell, question)

    def _tell(self, question: Question) -> None:
        from odw_core.attention.tell import tell

        try:
            # Read anew each time: a person may set the hook while the run goes on.
            config = load_config(user_paths().config_file, must_exist=False)
            goal = self._workflow.goal(self._workflow.input.model_validate(self._spec.given))
            tell(question, goal, self._folder.state, config, self._spec.workspace)
        except (OdwError, OSError, ValueError) as error:
            _log(f"nobody was told of a question: {error}")

    def _warn(self, message: str) -> None:
        self._journal.emit({"type": "warning", "key": "", "message": message}, message)

    async def _stop(self, no_room: str = "") -> None:
        """Go away and leave the run resumable: children that cannot be attached to again are ended. ``no_room`` is
        what a full disk said."""
        self._asking.is_stopping = True
        assert self._work is not None
        self._work.cancel()
        await asyncio.wait((self._work,), timeout=_GRACE_S)
        for one in self._children.left():
            if not one.outlives:
                await self._context.end(one.child, patience_s=_PATIENCE_S, is_polite=False)
        if no_room:
            _log(no_room)
            self._folder.reserve.unlink(missing_ok=True)
            with suppress(OSError):
                said = f"its supervisor stopped: {no_room}"
                self._journal.emit({"type": "supervisor_stopped", "reason": no_room}, said)
        self._obeying.stop()

    async def _finish(self, work: asyncio.Task[Result]) -> None:
        """Nothing of the run goes on; then its last lines."""
        self._asking.close_all()
        left = [one.child for one in self._children.left()]
        is_polite = self._obeying.is_cancelled
        count = await end_groups(left, self._children.marker, patience_s=_PATIENCE_S, is_polite=is_polite)
        if count and not is_polite:
            self._warn(
                f"{count} {'process was' if count == 1 else 'processes were'} left running and ended with the run"
            )
        for child in left:
            self._children.ended(child)
        self._context.close()
        status, code = self._last_lines(work)
        self._journal.check(is_thorough=True)
        now_ms = int(self._clock.now() * 1000)
        # Before the last line: whoever finds that one finds what came of the run.
        self._remember()
        self._journal.write(exit_line(status, code, now_ms))
        self._projections.end(status, now_ms)
        mark_settled(self._folder)
        self._obeying.finish()

    def _last_lines(self, work: asyncio.Task[Result]) -> tuple[str, int | None]:
        """(status, code) for the exit event."""
        if self._obeying.is_cancelled:
            return self._cancelled()
        error = None if work.cancelled() else work.exception()
        if error is not None or work.cancelled():
            said = str(error) if isinstance(error, OdwError) else "".join(traceback.format_exception(error))
            _log(said)
            self._journal.emit({"type": "workflow_error", "message": said}, said)
            return "failed", 1
        result = work.result()
        value = {**result.value, "ok": result.ok}
        if result.is_cancelled:
            return self._cancelled()
        done: dict[str, object] = {"type": "workflow_done", "name": self._workflow.name, "result": value}
        # A supervisor that was killed after this line and before the last one has said it already.
        self._context.emit_once(done, "workflow done")
        return ("completed", 0) if result.ok else ("failed", 1)

    def _cancelled(self) -> tuple[str, int | None]:
        """Said twice: a reader that has no word for it, such as upstream's report, takes a run without an error and a
        result for one that goes on."""
        by = self._obeying.cancelled_by
        said = f"cancelled by {by}" if by else "cancelled"
        self._journal.emit({"type": "workflow_error", "category": CANCELLED, "message": said}, said)
        self._journal.emit({"type": "cancelled", "by": by}, "cancelled")
        return "failed", None


def main(words: list[str]) -> int:
    """The process. Its stdin is closed when the run is laid down; its first line on stdout says how it began."""
    os.umask(0o077)
    # Not on top of what it has: the runs of a campaign are started by a supervisor.
    os.nice(max(0, _NICENESS - os.nice(0)))
    faults.arm()
    sys.stdin.buffer.read()
    root = Path(words[0])
    try:
        folder = RunFolder(root.parent.parent, root.name)
        lock = hold(folder.lock)
        if lock is None:
            return _answer(f"{root.name} is driven by another supervisor already.", 75)
        code = asyncio.run(_drive(folder))
        # Whoever wants to do something with what landed need not wait for this.
        os.close(lock)
        if code == 0 and is_over(folder):
            _leave_report(folder)
        return code
    except OdwError as error:
        return _answer(str(error), error.exit_code)
    except OSError as error:
        return _answer(f"The run cannot be written: {error.strerror or error} ({error.filename}).", 1)


async def _drive(folder: RunFolder) -> int:
    supervisor = Supervisor(folder, SystemClock())
    if supervisor.is_over:
        return _answer(f"{folder.run_id} is over; rerun it instead.", 1)
    supervisor.begin()
    _answer(READY, 0)
    return await supervisor.run()


def _leave_report(folder: RunFolder) -> None:
    """``report.html`` beside the journal, as upstream leaves one. A run is as over without it."""
    try:
        spec = read_spec(folder)
        html = report_above(folder.state, spec.workspace, spec.run_id)
        write_report(RunPlace(spec.workspace, spec.run_id), html)
    except Exception:
        _log(traceback.format_exc())


def _log(said: str) -> None:
    """Into the supervisor's log, which nobody but its owner reads."""
    with suppress(OSError):
        os.write(2, masked(said).encode("utf-8", "replace") + b"\n")


def _answer(said: str, code: int) -> int:
    """One line for whoever started this process, then no more: stdout becomes the log."""
    with suppress(OSError):
        os.write(1, said.replace("\n", " ").encode("utf-8", "replace") + b"\n")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
