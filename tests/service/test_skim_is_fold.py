"""A skim never differs from the fold: what both ends of a file say of a row, the whole file says too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from drivers import converge_story, make_corpus
from odw_core.config import Config
from odw_core.model.item import Depth, Item
from odw_core.service import unit_reader
from odw_core.service.oneshot import Room, open_room
from odw_core.service.roster import Roster
from odw_core.service.unit_reader import Settings, UnitReader

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = 2_000_000_000.0
"""Long after everything that was recorded."""

UNKNOWN: dict[str, dict[str, object]] = {
    "odw": {
        **{"why": "", "stage": "", "tasks": None, "blockers": None, "model": None, "tokens": None, "last_words": ""},
    },
    "codex": {"model": None, "last_words": "", "limits": ()},
}
"""What a skim may leave empty, and what empty is there. Everything else it says, and says as the fold does."""
NEVER_SKIMMED = {"converge", "scenario", "pandacode"}
"""They have no journal that grows, or a small one: they are always read whole."""
ENDS = [(32 * 1024, 16 * 1024), (8 * 1024, 4 * 1024), (2_000, 1_500), (700, 400)]
"""As the program reads them, and less, so that small recordings have a middle too."""


class Pair(NamedTuple):
    """A row made from both ends and one made from every byte."""

    skimmed: Item
    folded: Item

    @property
    def differences(self) -> list[str]:
        """Fields where the skim says something else, or nothing though it is not known for that."""
        unknown = UNKNOWN[self.skimmed.address.engine]
        return [
            f"{field.name}: {one!r} instead of {other!r}"
            for field in fields(Item)
            if field.name != "depth"
            and (one := getattr(self.skimmed, field.name)) != (other := getattr(self.folded, field.name))
            and not (field.name in unknown and one == unknown[field.name])
        ]


def readers(*places: Path) -> Iterator[UnitReader]:
    """Everything below the places, as the program finds it."""
    roster = Roster([str(place) for place in places], Settings(now=lambda: NOW))
    roster.look()
    yield from roster.readers.values()


def fold(reader: UnitReader) -> Item:
    """The row after every byte was read."""
    while reader.advance():
        pass
    assert reader.item is not None
    assert reader.item.depth is Depth.FOLDED
    return reader.item


def pairs(*places: Path) -> list[Pair]:
    """Every unit below the places that can be skimmed, read both ways by the program's own reader."""
    found = []
    for skimming, folding in zip(readers(*places), readers(*places), strict=True):
        if skimming.skim():
            assert skimming.item is not None
            assert skimming.item.depth is Depth.SKIMMED
            found.append(Pair(skimming.item, fold(folding)))
    return found


def different(found: list[Pair]) -> dict[str, list[str]]:
    """The pairs that are none."""
    return {str(pair.folded.address): pair.differences for pair in found if pair.differences}


def recorded() -> list[Path]:
    """Every fixture that is a place."""
    odw = [path for path in FIXTURES.glob("odw/*/project*") if path.is_dir()]
    return [*odw, FIXTURES / "codex" / "mini_home", *(path for path in (FIXTURES / "scenario").iterdir())]


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """Every recording, those of Converge and old sessions laid out as they lay when they were made."""
    old = tmp_path / "old-home" / "sessions" / "2026" / "11" / "01"
    old.mkdir(parents=True)
    for number, path in enumerate(sorted((FIXTURES / "codex" / "old_formats").glob("rollout_*.jsonl"))):
        name = f"rollout-2026-11-01T00-00-0{number}-01a1d000-0000-7000-8000-00000000000{number}.jsonl"
        (old / name).write_bytes(path.read_bytes())
    converge = [converge_story.lay(name, tmp_path / name) for name in converge_story.NAMES]
    return [*recorded(), *converge, tmp_path / "old-home"]


@pytest.mark.parametrize("ends", ENDS, ids=str)
def test_a_skim_of_a_recording_is_its_fold(
    ends: tuple[int, int], places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_reader, "_SKIM_HEAD", ends[0])
    monkeypatch.setattr(unit_reader, "_SKIM_TAIL", ends[1])
    found = pairs(*places)
    assert different(found) == {}
    assert not NEVER_SKIMMED & {pair.folded.address.engine for pair in found}
    # It is worth it.
    print(ends, len(found), {pair.folded.address.engine for pair in found})


class Corpus(NamedTuple):
    """Made anew for every run of the tests, always the same."""

    folder: Path
    places: list[Path]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """200 files of some size: sessions with forks, old versions and open turns; runs that end in every way."""
    folder = tmp_path_factory.mktemp("corpus")
    sizes = ["--sessions", "120", "--odw-runs", "80", "--converge-runs", "4", "--stderr-lines", "0"]
    make_corpus.main([str(folder), "--size", "small", *sizes])
    return Corpus(folder, [folder / "codex_home", folder / "workspace"])


@pytest.mark.parametrize("ends", ENDS[:2], ids=str)
def test_a_skim_of_two_hundred_files_is_their_fold(
    ends: tuple[int, int], corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_reader, "_SKIM_HEAD", ends[0])
    monkeypatch.setattr(unit_reader, "_SKIM_TAIL", ends[1])
    made = [path for path in corpus.folder.rglob("*") if path.name.startswith("rollout-") or path.name == "events.jsonl"]
    assert len(made) == 200
    found = pairs(*corpus.places)
    print(ends, len(found), sum(path.stat().st_size > sum(ends) for path in made))
    assert different(found) == {}
    assert {pair.folded.address.engine for pair in found} == {"odw", "codex"}


def room(places: list[Path]) -> Room:
    return open_room([str(place) for place in places], Config(), cache=None)


def test_a_room_of_skims_lists_what_a_room_of_folds_lists(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    skimmed = room(corpus.places).snapshot
    monkeypatch.setattr(UnitReader, "skim", lambda _: False)
    folded = room(corpus.places).snapshot
    assert {item.depth for item in folded.items.values()} == {Depth.FOLDED}
    assert skimmed.items.keys() == folded.items.keys()
    assert skimmed.counts == folded.counts
    print({d: sum(i.depth is d for i in skimmed.items.values()) for d in Depth})
    both = [Pair(item, folded.items[address]) for address, item in skimmed.items.items() if item.depth is Depth.SKIMMED]
    assert different(both) == {}
    whole = [address for address, item in skimmed.items.items() if item.depth is Depth.FOLDED]
    assert [(address, skimmed.items[address]) for address in whole if skimmed.items[address] != folded.items[address]] == []
