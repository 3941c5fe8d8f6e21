"""Answer: what a command has to say, before anybody has chosen between lines for people and a document for scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from odw_core.service.documents.plain_values import Document
from odw_tui.headless.drawing import Look
from odw_tui.present.spans import Spans


@dataclass(frozen=True, slots=True)
class Answer:
    """Made by each one-shot command from the room and what was typed."""

    document: Callable[[], Document]
    lines: Callable[[Look], Iterable[Spans]] | None = None
    """None: the document is all there is."""
    notes: tuple[str, ...] = ()
    """Sentences beside the answer; they go to stderr."""
    exit_code: int = 0
    is_silent: bool = False
    """Only the exit code was asked for."""
