"""A skim never differs from the fold: what both ends of a file say of a row, the whole file says too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from drivers import converge_story, make_corpus
from odw_core.config import Config
from odw_core.engines.odw.records import JournalLine, RunRecord, encode_line, encode_run, exit_line, script_stream
from odw_core.engines.registry import ENGINES
from odw_core.model.item import Depth, Item
from odw_core.service.oneshot import Room, open_room
from odw_core.service.watching.roster import Roster
from odw_core.service.watching.unit_reader import Settings, UnitReader

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOW = 2_000_000_000.0
"""Long after everything that was recorded."""

UNKNOWN: dict[str, dict[str, object]] = {
    "odw": {
        "goal": None,
        "why": "",
        "stage": "",
        "tasks": None,
        "blockers": None,
        "model": None,
        "tokens": None,
        "last_words": "",
    },
    "codex": {"model": None, "last_words": "", "limits": ()},
}
"""What a skim may leave empty, and what empty is there. Everything else it says, and says as the fold does."""
SKIMMED = {"odw", "codex"}
"""The others are always read whole: their files are small."""
AS_THE_PROGRAM = None
OTHERS = [(16_000, 2_000), (12_000, 2_000), (6_000, 1_000), (4_000, 300)]
"""Other ends, so that small files have a middle too, and others another one."""


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


def cut(monkeypatch: pytest.MonkeyPatch, ends: tuple[int, int] | None) -> None:
    """Give every skim so much of the beginning and of the end of a file; None for what its engine asks for."""
    for engine in ENGINES if ends is not None else ():
        if engine.skim_bytes is not None:
            monkeypatch.setattr(type(engine), "skim_bytes", ends)


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


def room(places: list[Path]) -> Room:
    """The places as a command without a cache sees them."""
    return open_room([str(place) for place in places], Config(), cache=None)


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


@pytest.mark.parametrize("ends", [AS_THE_PROGRAM, *OTHERS], ids=str)
def test_a_skim_of_a_recording_is_its_fold(
    ends: tuple[int, int] | None, places: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, ends)
    found = pairs(*places)
    assert different(found) == {}
    assert {pair.folded.address.engine for pair in found} <= SKIMMED
    assert len(found) > 0 or ends == AS_THE_PROGRAM


def test_what_the_middle_of_our_own_run_says_is_not_guessed_from_its_ends(tmp_path: Path) -> None:
    run_id = "odw-exec-1795219696047-5105"
    folder = tmp_path / ".odw" / "runs" / run_id
    folder.mkdir(parents=True)
    question = {"id": "q", "address": f"odw:{run_id}", "kind": "approval", "title": "run it?", "decisions": ["accept"]}
    talk: list[dict[str, object]] = [{"type": "log", "message": f"line {number:400}"} for number in range(100)]
    events: list[dict[str, object]] = [
        {"type": "workflow_start", "name": "session"},
        {"type": "question", "key": "session", "question": question},
        *talk,
        {"type": "question_closed", "id": "q", "how": "answered"},
        {"type": "agent_session", "key": "session", "attempt": 1, "runtime": "codex", "thread": "t-1"},
        *talk,
    ]
    began = 1_795_219_696_047
    launch = JournalLine({"type": "launch", "backend": "native", "script": "odw-tui:session", "ts_ms": began})
    lines = [launch, *(script_stream(event, "", began + 1) for event in events), exit_line("completed", 0, began + 9)]
    (folder / "events.jsonl").write_bytes(b"".join(map(encode_line, lines)))
    record = {"run_id": run_id, "status": "completed", "started_ms": began, "finished_ms": began + 9}
    (folder / "run.json").write_bytes(encode_run(RunRecord(record)))
    assert different(pairs(tmp_path)) == {}
    (item,) = room([tmp_path]).snapshot.items.values()
    assert (item.questions, [claim.session for claim in item.claims]) == (0, ["t-1"])


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


@pytest.mark.parametrize("ends", [AS_THE_PROGRAM, *OTHERS], ids=str)
def test_a_skim_of_two_hundred_files_is_their_fold(
    ends: tuple[int, int] | None, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, ends)
    files = [*corpus.folder.rglob("rollout-*.jsonl"), *corpus.folder.rglob("events.jsonl")]
    assert len(files) == 200
    found = pairs(*corpus.places)
    assert different(found) == {}
    # It is made use of; most files are smaller than both ends, and old sessions do not say enough.
    assert len(found) > 5


def test_a_room_of_skims_lists_what_a_room_of_folds_lists(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    skimmed = room(corpus.places).snapshot
    monkeypatch.setattr(UnitReader, "skim", lambda _, **__: False)
    folded = room(corpus.places).snapshot
    assert {item.depth for item in folded.items.values()} == {Depth.FOLDED}
    assert skimmed.items.keys() == folded.items.keys()
    assert skimmed.counts == folded.counts
    both = [Pair(item, folded.items[address]) for address, item in skimmed.items.items()]
    assert sum(pair.skimmed.depth is Depth.SKIMMED for pair in both) > 40
    assert different([pair for pair in both if pair.skimmed.depth is Depth.SKIMMED]) == {}
    assert [pair.folded.address for pair in both if pair.skimmed.depth is Depth.FOLDED and pair[0] != pair[1]] == []
