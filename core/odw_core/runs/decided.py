"""Decided: what people decided on a run's own questions, kept in its private folder with what they typed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from odw_core.engines.loose import Json, mapping, text, texts
from odw_core.model.decision import Decision
from odw_core.runs.folders import private_chain, read_object, write_private

_FOLDER = "decided-by-people"


def encode_decision(decision: Decision) -> dict[str, object]:
    """As plain JSON."""
    return {
        "question_id": decision.question_id,
        "digest": decision.digest,
        "verdict": decision.verdict,
        "values": {name: [*picked] for name, picked in decision.values},
        "reason": decision.reason,
        "by": decision.by,
        "at": decision.at,
    }


def decode_decision(fields: Json) -> Decision:
    """The decision again."""
    values, at = mapping(fields, "values"), fields.get("at")
    return Decision(
        question_id=text(fields, "question_id"),
        digest=text(fields, "digest"),
        verdict=text(fields, "verdict"),
        values=tuple((name, tuple(texts(values, name))) for name in values),
        reason=text(fields, "reason"),
        by=text(fields, "by"),
        at=float(at) if isinstance(at, int | float) else 0.0,
    )


class Decided:
    """One file a question. What was typed is not masked: it goes on to the agents as it was meant."""

    def __init__(self, root: Path) -> None:
        """``root`` is the run's private folder."""
        self._root = root

    def keep(self, decision: Decision) -> None:
        """Remember it. Raises ``OSError``."""
        private_chain(self._root, _FOLDER)
        write_private(self._path(decision.question_id), encode_decision(decision))

    def kept(self, question_id: str) -> Decision | None:
        """What was decided; None when nothing was."""
        fields = read_object(self._path(question_id))
        return None if fields is None or text(fields, "question_id") != question_id else decode_decision(fields)

    def _path(self, question_id: str) -> Path:
        return self._root / _FOLDER / f"{hashlib.sha256(question_id.encode()).hexdigest()[:24]}.json"
