"""What became of a command, in words."""

from __future__ import annotations

from odw_core.model.command import Outcome, Receipt
from odw_core.text.ansi import one_line


def receipt_words(receipt: Receipt) -> tuple[str, str]:
    """What became of a command, and its tone."""
    reason = one_line(receipt.reason, 300)
    match receipt.outcome:
        case Outcome.SENT:
            return reason or "Sent; nobody has said yet that it was seen.", "quiet"
        case Outcome.ACCEPTED:
            return reason or "Taken; what comes of it is shown as soon as it is written down.", "strong"
        case Outcome.STALE:
            return reason or "Too late: it changed meanwhile, so nothing was done.", "blocked"
        case Outcome.REFUSED:
            return reason or "Refused.", "blocked"
        case Outcome.UNCONFIRMED:
            return reason or "Sent, but nobody has said that it was seen; its supervisor may be stopped.", "blocked"
