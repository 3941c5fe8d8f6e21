"""Deciding: what was sent about which question and how far it came, and what is half-written. One for all screens.

Sends through the service and nowhere else; never sends by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    # Nothing is decided before the first frame.
    from pathlib import Path

    from odw_core.model.command import Receipt
    from odw_core.model.decision import Decision
    from odw_core.model.question import Question
    from odw_core.service.service import Service
    from odw_tui.drafts import Drafts

_PATIENCE_S = (10.0, 60.0, 600.0)
"""Seconds that are waited for an outcome, one after the other; after the first the person is told."""
_REMEMBERED = 500


class Sent(NamedTuple):
    """One decision that was sent."""

    command_id: str
    verdict: str
    digest: str
    word: str
    """``sent`` until whoever carries it out says more: ``decided``, ``stale``, ``refused``; ``taken`` where the
    question stays open, so that it can be answered anew."""
    said: str = ""
    """What to tell the person; empty when there is nothing to add."""
    is_doubtful: bool = False
    """Whether nobody confirmed it in time, so that it may be sent once more."""

    @property
    def is_open(self) -> bool:
        """Whether it may still happen, so that nothing else should be sent."""
        return self.word == "decided" or (self.word == "sent" and not self.is_doubtful)

    def is_like(self, other: Sent) -> bool:
        """Whether both say the same about the same question."""
        return (self.verdict, self.digest) == (other.verdict, other.digest)


class Deciding:
    """``start`` sets a coroutine going that outlives the screen it was begun on."""

    def __init__(
        self,
        service: Service,
        start: Callable[[Coroutine[object, object, object]], object],
        now: Callable[[], float],
        steady: Callable[[], float],
        state: Path | None,
        *,
        is_read_only: bool,
    ) -> None:
        self._service, self._start, self._now = service, start, now
        self.steady = steady
        """Seconds that never run backwards."""
        self.is_read_only = is_read_only
        self._state = state
        self._sent: dict[str, Sent] = {}
        self._drafts: Drafts | None = None
        self._listeners: list[Callable[[str], None]] = []
        self._who = ""

    @property
    def drafts(self) -> Drafts:
        """Half-written answers."""
        if self._drafts is None:
            from odw_tui.drafts import Drafts

            self._drafts = Drafts(None if self._state is None or self.is_read_only else self._state / "drafts")
        return self._drafts

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call ``listener`` with the id of a question each time something is known about it; the result stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def sent(self, question_id: str) -> Sent | None:
        """What was last sent about a question from this room."""
        return self._sent.get(question_id)

    def decision(
        self,
        question: Question,
        verdict: str,
        values: tuple[tuple[str, tuple[str, ...]], ...] = (),
        reason: str = "",
    ) -> Decision:
        """The decision as it would be sent now; bound to ``question`` as it was shown."""
        from odw_core.decide.audit import who
        from odw_core.model.decision import Decision

        self._who = self._who or who("screen")
        return Decision(question.id, question.digest, verdict, values, reason, self._who, self._now())

    def send(self, question: Question, decision: Decision) -> None:
        """Send it. What became of it is told to those who listen; nothing is waited for here."""
        self._start(self.deliver(question, decision))

    async def deliver(self, question: Question, decision: Decision, *, is_patient: bool = True) -> Sent:
        """Send it and wait until something is known; ``sent`` when nobody said anything in time.

        Without ``is_patient`` that is the time after which a person is told.
        """
        from odw_core.errors import OdwError
        from odw_core.model.command import Decide, Outcome, Receipt

        command = Decide(decision)
        self._become(question.id, Sent(command.id, decision.verdict, decision.digest, "sent"))
        try:
            receipt = await self._service.submit(command)
        except (OdwError, OSError) as error:
            receipt = Receipt(command.id, Outcome.REFUSED, str(error))
        self._become(question.id, _sent(command.id, question, decision, receipt))
        for patience in _PATIENCE_S if is_patient else _PATIENCE_S[:1]:
            if receipt.outcome not in (Outcome.SENT, Outcome.UNCONFIRMED):
                break
            receipt = await self._service.outcome(command.id, patience)
            self._become(question.id, _sent(command.id, question, decision, receipt))
        if receipt.outcome is Outcome.ACCEPTED:
            self.drafts.forget(question.id)
        return self._sent[question.id]

    def _become(self, question_id: str, sent: Sent) -> None:
        known = self._sent.pop(question_id, None)
        if known is not None and sent.word == "stale" and known.word == "decided" and known.is_like(sent):
            # Nobody confirmed it in time, it was sent once more, and then the first counted: it is theirs.
            sent = known
        self._sent[question_id] = sent
        if len(self._sent) > _REMEMBERED:
            self._sent.pop(next(iter(self._sent)))
        for listener in tuple(self._listeners):
            listener(question_id)


def _sent(command_id: str, question: Question, decision: Decision, receipt: Receipt) -> Sent:
    from odw_core.model.command import Outcome
    from odw_core.model.question import Road

    reason = receipt.reason
    match receipt.outcome:
        case Outcome.ACCEPTED:
            # Converge asks on, whatever became of the answer.
            word = "taken" if question.road is Road.CONVERGE else "decided"
        case Outcome.STALE:
            word, reason = "stale", reason or "It changed or was decided elsewhere; nothing happened."
        case Outcome.REFUSED:
            word, reason = "refused", reason or "It was refused; nobody said why."
        case Outcome.UNCONFIRMED:
            word, reason = "sent", reason or "Sent; nobody has confirmed it yet."
        case _:
            word = "sent"
    is_doubtful = receipt.outcome is Outcome.UNCONFIRMED
    return Sent(command_id, decision.verdict, decision.digest, word, reason, is_doubtful)
