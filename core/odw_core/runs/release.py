"""Release: a run of a campaign waits before it lands until the campaign's supervisor lets it, in a file of the
campaign's private folder that no agent can write. Nothing lands from here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from odw_core.engines.loose import mapping, text, texts
from odw_core.errors import OdwError
from odw_core.process.flock import is_held
from odw_core.runs.context import Context
from odw_core.runs.folders import RunFolder, read_object, write_private
from odw_core.runs.journal import is_over

_FILE = "release.json"
_LOOK_S = 0.2


class Word(StrEnum):
    """What a campaign says to a run that may land."""

    HELD = "held"
    LEFT = "left"
    """Nothing yet, and nobody drives the campaign."""
    RELEASED = "released"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Release:
    """A campaign's word on one of its runs."""

    word: Word
    why: str = ""
    """Of ``STOPPED``: why it must not land, as a sentence."""


def say_release(campaign: RunFolder, released: Collection[str], stopped: Mapping[str, str]) -> None:
    """What the campaign lets land, and what never will (run id to why). It is on disk when this returns."""
    write_private(campaign.root / _FILE, {"released": sorted(released), "stopped": dict(stopped)})


def said_so_far(campaign: RunFolder) -> tuple[set[str], dict[str, str]]:
    """What ``say_release`` said last; nothing before."""
    said = read_object(campaign.root / _FILE) or {}
    stopped = mapping(said, "stopped")
    return {*texts(said, "released")}, {run_id: text(stopped, run_id) for run_id in stopped}


def release_of(state: Path, campaign: str, run_id: str) -> Release:
    """The campaign's word by now."""
    try:
        folder = RunFolder(state, campaign)
    except OdwError:
        return Release(Word.STOPPED, "its campaign cannot be named, so it did not land")
    # Before the file: what an ended campaign said last is its word.
    is_ended = not folder.spec.is_file() or is_over(folder)
    released, stopped = said_so_far(folder)
    if run_id in released:
        return Release(Word.RELEASED)
    if run_id in stopped:
        return Release(Word.STOPPED, stopped[run_id])
    if is_ended:
        return Release(Word.STOPPED, f"its campaign odw:{campaign} ended before it let anything land")
    return Release(Word.HELD if is_held(folder.lock) else Word.LEFT)


async def held_back(context: Context) -> str:
    """Wait until the campaign lets this run land; empty then, else why it must not. At once for a run on its own."""
    campaign = context.spec.campaign
    if campaign is None or not context.spec.is_held:
        return ""
    last: Word | None = None
    while True:
        now = release_of(context.state, campaign, context.run_id)
        if last is None and now.word is Word.RELEASED:
            # Whoever reads the journal learns that it was ready, however quickly it went on.
            _tell(context, campaign, Word.HELD)
        if now.word is not last:
            _tell(context, campaign, now.word)
            last = now.word
        match now.word:
            case Word.RELEASED:
                return ""
            case Word.STOPPED:
                return now.why
            case _:
                await asyncio.sleep(_LOOK_S)


def _tell(context: Context, campaign: str, word: Word) -> None:
    said = {
        Word.HELD: f"may land, and waits for the others of odw:{campaign}",
        Word.LEFT: f"may land, and waits for odw:{campaign}, whose driver is gone; resume that",
        Word.RELEASED: f"odw:{campaign} lets it land",
        Word.STOPPED: f"odw:{campaign} does not let it land",
    }[word]
    context.emit_once({"type": "waits_for", "run": campaign, "status": word.value, "what": "release"}, said)
