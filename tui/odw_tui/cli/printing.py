"""How a command says something: on stdout what was asked for, on stderr what is good to know. Decides nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from odw_tui.cli.invocation import Invocation

if TYPE_CHECKING:
    from odw_core.service.documents.plain_values import Document
    from odw_core.service.oneshot import Room
    from odw_tui.headless.answer import Answer
    from odw_tui.headless.drawing import Look


def print_answer(answer: Answer, invocation: Invocation) -> None:
    """Print what a command found, as lines or as a document."""
    from odw_tui.headless.drawing import draw

    if answer.lines is None or invocation.given.as_json:
        print_document(answer.document())
    else:
        look = look_of(invocation)
        sys.stdout.writelines(f"{text}\n" for text in draw(answer.lines(look), look))


def print_document(document: Document) -> None:
    """Print one document as JSON."""
    import json

    from odw_tui.headless.stdio import shows_to_person

    # ASCII, so that no text of an agent can act on the terminal that shows it.
    print(json.dumps(document, indent=2 if shows_to_person() else None))


def look_of(invocation: Invocation) -> Look:
    """How lines are drawn on this stdout."""
    from odw_core.clock import SystemClock
    from odw_tui.headless.drawing import Look
    from odw_tui.headless.stdio import has_colour, width
    from odw_tui.present.glyphs import glyphs
    from odw_tui.terminal.ink import coloured, colourless

    return Look(
        glyphs=glyphs(ascii_only=invocation.is_ascii),
        now=SystemClock().now(),
        home=os.environ.get("HOME", ""),
        width=width(),
        paint=coloured if has_colour() else colourless,
        own_names=invocation.config.place_names,
    )


def notes_about(room: Room) -> Iterator[str]:
    """What the reader should know about an answer that holds less than was hoped for."""
    from odw_core.state.select import row_counts
    from odw_tui.headless.roots import nothing_under

    snapshot = room.snapshot
    if not any(row_counts(snapshot).values()):
        yield nothing_under(snapshot.places, os.environ.get("HOME", ""))
    if snapshot.problems:
        first, *more = snapshot.problems
        rest = f", and {len(more)} more; odw-tui status --json lists them" if more else ""
        yield f"Could not read {first.path}: {first.reason}{rest}."


def narrate(sentence: str) -> None:
    """Say one sentence on stderr."""
    from odw_core.text.ansi import plain

    print(f"odw-tui: {plain(sentence)}", file=sys.stderr)
