"""Commands as they lie in a control folder, and receipts: plain JSON, read strictly, since they make things happen."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, mapping, sequence, text, texts
from odw_core.model.address import Address
from odw_core.model.command import Cancel, Command, Decide, Interrupt, Outcome, Receipt, Say
from odw_core.model.decision import Decision


def encode_command(command: Command) -> dict[str, object]:
    """A command that a supervisor carries out. Raises ``TypeError`` for every other."""
    match command:
        case Decide(decision, identity):
            said: dict[str, object] = {
                "question_id": decision.question_id,
                "digest": decision.digest,
                "verdict": decision.verdict,
                "values": [[name, [*picked]] for name, picked in decision.values],
                "reason": decision.reason,
                "by": decision.by,
                "at": decision.at,
            }
            return {"kind": "decide", "id": identity, "decision": said}
        case Say(address, words, waits, identity):
            return {"kind": "say", "id": identity, "address": str(address), "text": words, "waits": waits}
        case Interrupt(address, identity):
            return {"kind": "interrupt", "id": identity, "address": str(address)}
        case Cancel(address, identity):
            return {"kind": "cancel", "id": identity, "address": str(address)}
        case _:
            raise TypeError(f"{type(command).__name__} is no command for a supervisor")


def decode_command(fields: Json) -> Command | None:
    """What ``encode_command`` wrote; None for everything else."""
    identity = text(fields, "id")
    if not identity:
        return None
    if text(fields, "kind") == "decide":
        said = mapping(fields, "decision")
        pairs = [pair for pair in sequence(said, "values") if isinstance(pair, list) and len(pair) == 2]
        values = tuple((name, tuple(texts({"picked": picked}, "picked"))) for name, picked in pairs)
        at = said.get("at")
        decision = Decision(
            question_id=text(said, "question_id"),
            digest=text(said, "digest"),
            verdict=text(said, "verdict"),
            values=values,
            reason=text(said, "reason"),
            by=text(said, "by"),
            at=float(at) if isinstance(at, int | float) else 0.0,
        )
        return Decide(decision, identity) if decision.question_id and decision.digest else None
    try:
        address = Address.parse(text(fields, "address"))
    except ValueError:
        return None
    match text(fields, "kind"):
        case "say":
            return Say(address, text(fields, "text"), flag(fields, "waits") is True, identity)
        case "interrupt":
            return Interrupt(address, identity)
        case "cancel":
            return Cancel(address, identity)
        case _:
            return None


def encode_receipt(receipt: Receipt, at: float) -> dict[str, object]:
    """``{outcome, reason, at}``."""
    return {"outcome": receipt.outcome.value, "reason": receipt.reason, "at": at}


def decode_receipt(command_id: str, fields: Json) -> Receipt | None:
    """What a supervisor said of a command; None when it is no receipt."""
    try:
        return Receipt(command_id, Outcome(text(fields, "outcome")), text(fields, "reason"))
    except ValueError:
        return None
