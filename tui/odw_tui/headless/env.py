"""env: shell exports so that an ``odw exec`` typed by hand waits for a person and keeps its sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from odw_core.service.documents.plain_values import Document
from odw_core.service.upstream.by_hand import exports, shell_of, surroundings
from odw_tui.headless.answer import Answer
from odw_tui.headless.arguments import Given
from odw_tui.headless.drawing import Look, words
from odw_tui.headless.stdio import shows_to_person
from odw_tui.present.spans import Spans


def answer(given: Given, state: Path, environ: Mapping[str, str]) -> Answer:
    """The lines to evaluate. Raises ``OdwError`` when odw is not there, and then there is nothing to evaluate."""
    place = str(Path(given.roots[0]).expanduser().absolute() if given.roots else Path.cwd())
    variables = surroundings(state, place, environ)
    shell = given.shell or shell_of(environ)

    def lines(look: Look) -> Iterator[Spans]:
        return (words(line) for line in exports(variables, shell))

    def document() -> Document:
        return {"schema": 1, "shell": shell, "variables": variables}

    how = "odw-tui env | source" if shell == "fish" else 'eval "$(odw-tui env)"'
    told = f"Runs of odw in {place} wait for you now; odw-tui inbox shows what they ask."
    return Answer(
        document, lines, (f"Nothing is set yet; a shell takes these with {how}." if shows_to_person() else told,)
    )
