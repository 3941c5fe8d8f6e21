"""Obeying: takes the commands that lie in the control folder of one epoch, each once, and says what became of them.

Whatever a supervisor before this one was told is never carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from odw_core.clock import Clock
from odw_core.model.command import Cancel, Command, Decide, Interrupt, Outcome, Receipt, Say
from odw_core.runs.asking import Asking
from odw_core.runs.control import bury, lying, write_receipt
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.whispers import LOST, Ear
from odw_core.runs.workflow import Workflow

_ASKED_AGAIN_S = 120.0
"""A resumed workflow needs a moment to ask again; an agent that must be started may need many."""


@dataclass(slots=True)
class _Held:
    """A decision on a question that the resumed workflow has not asked again yet."""

    command: Decide
    until: float


class Obeying:
    """Belongs to one supervisor. ``hear`` takes what the workflow is to do: to listen, to interrupt, to end."""

    def __init__(
        self,
        folder: RunFolder,
        epoch: str,
        workflow: Workflow,
        asking: Asking,
        clock: Clock,
        hear: Callable[[Command], None],
    ) -> None:
        self._folder, self._epoch, self._workflow = folder, epoch, workflow
        self._asking, self._clock, self._hear = asking, clock, hear
        self._held: list[_Held] = []
        self._ear: Ear | None = None
        self._seen: set[str] = set()
        self._cancel: Cancel | None = None
        self.cancelled_by = ""

    @property
    def is_cancelled(self) -> bool:
        """Whether a person wants the run to end."""
        return self._cancel is not None

    def begin(self) -> None:
        """Lay down the epoch's folders and listen. Raises ``OSError``."""
        private_chain(self._folder.root, self._epoch, "control")
        private_chain(self._folder.root, self._epoch, "receipts")
        self._ear = Ear(self._folder.root / self._epoch)
        self._bury("The supervisor it was meant for is gone; it was never carried out. Decide again.")

    def obey(self) -> None:
        """Take what came since the last time."""
        for command, by in lying(self._folder.control(self._epoch)):
            if command.id not in self._seen:
                self._seen.add(command.id)
                self._take(command, by)
        now = self._clock.monotonic()
        for held in [*self._held]:
            receipt = self._asking.decide(held.command)
            if receipt is None and now >= held.until:
                reason = "The run did not ask it again; look at what it does now."
                receipt = Receipt(held.command.id, Outcome.STALE, reason)
            if receipt is not None:
                self._held.remove(held)
                write_receipt(self._folder, self._epoch, receipt)

    def answer(self, command: Command, why_not: str) -> None:
        """Why the workflow did not take it up; nothing where it did. A cancel is accepted when everything is ended,
        which is when it is true."""
        if not isinstance(command, Cancel):
            self._say(command, Outcome.REFUSED if why_not else Outcome.ACCEPTED, why_not)

    def stop(self) -> None:
        """The supervisor goes away and the run does not."""
        self._bury("The supervisor was stopped before it saw this; resume the run and decide again.")

    def finish(self) -> None:
        """The run is over."""
        if self._cancel is not None:
            self._say(self._cancel, Outcome.ACCEPTED, "")
        self._bury("The run was over before it saw this.")

    def close(self) -> None:
        """Listen no more."""
        if self._ear is not None:
            self._ear.close()

    def _take(self, command: Command, by: str) -> None:
        match command:
            case Decide():
                whole = None if self._ear is None else self._ear.whole(command)
                if whole is None:
                    self._say(command, Outcome.REFUSED, LOST)
                    return
                self._held.append(_Held(whole, self._clock.monotonic() + _ASKED_AGAIN_S))
            case Cancel():
                if self._cancel is not None:
                    self._say(command, Outcome.REFUSED, "It is being cancelled already.")
                    return
                self._cancel, self.cancelled_by = command, by
                self._hear(command)
            case Say() if not self._workflow.is_heard:
                self._say(command, Outcome.REFUSED, f"A run of {self._workflow.name} listens to nobody.")
            case Say() | Interrupt():
                self._hear(command)
            case _:
                self._say(command, Outcome.REFUSED, "A supervisor cannot do that.")

    def _say(self, command: Command, outcome: Outcome, reason: str) -> None:
        write_receipt(self._folder, self._epoch, Receipt(command.id, outcome, reason))

    def _bury(self, reason: str) -> None:
        bury(self._folder, reason=reason)
