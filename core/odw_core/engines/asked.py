"""What an agent asks, as Codex and PandaCode both record it. Pure: ``{id, header, question, options[], isOther,
isSecret}`` as a field, and as what a decision is bound to."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, objects, text
from odw_core.model.question import Choice, Field
from odw_core.text.ansi import one_line


def asked_field(asked: Json, identity: str, label: str) -> Field:
    """The field of a card for one question; the engine says what it is called."""
    choices = tuple(
        Choice(one_line(text(option, "label"), 200), one_line(text(option, "description"), 400))
        for option in objects(asked, "options")
    )
    is_open = not choices or flag(asked, "isOther") is True
    return Field(identity, label, choices, allows_other=is_open, is_secret=flag(asked, "isSecret") is True)


def asked_deciding(asked: Json) -> dict[str, object]:
    """What of one question a decision is bound to.

    Whether other answers are allowed is not in it: the server of a session adds that, and no transcript says it.
    """
    return {
        "id": text(asked, "id"),
        "header": text(asked, "header"),
        "body": text(asked, "question"),
        "options": [[text(one, "label"), text(one, "description")] for one in objects(asked, "options")],
        "secret": flag(asked, "isSecret") is True,
    }
