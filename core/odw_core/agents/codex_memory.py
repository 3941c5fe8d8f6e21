"""What a session's work must remember beyond its supervisor: small, durable, and never an answer of a person."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from odw_core.engines.loose import Json, flag, integer, mapping, text, texts


@dataclass(slots=True)
class Memory:
    """Written before anything is sent that must not be sent twice."""

    thread: str = ""
    path: str = ""
    """Of its transcript."""
    accepted: str = ""
    """The model that the server took."""
    turns: int = 0
    before: str = ""
    """The thread's newest turn when the prompt was about to be sent: a newer one is ours."""
    turn: str = ""
    """The turn that the prompt became; empty until the server said so."""
    is_open: bool = False
    """Whether a prompt was sent, or is about to be, whose turn is not known to be over."""
    prompt: str = field(default="", repr=False)
    queue: list[str] = field(default_factory=list, repr=False)
    """What is said once the turn is over."""
    ended: Json = field(default_factory=dict)
    """How the last turn ended: ``status``, ``text``, ``error``, ``tokens``."""

    def encode(self) -> dict[str, object]:
        """As plain JSON."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def decode(cls, value: object) -> Memory:
        """What ``encode`` made; empty for anything else."""
        kept = mapping({"kept": value}, "kept")
        names = ("thread", "path", "accepted", "before", "turn", "prompt")
        return cls(
            **{name: text(kept, name) for name in names},
            turns=integer(kept, "turns") or 0,
            is_open=flag(kept, "is_open") is True,
            queue=texts(kept, "queue"),
            ended=mapping(kept, "ended"),
        )
