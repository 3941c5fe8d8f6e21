"""A skim of a session says nothing that the fold does not say, and says enough to be worth it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from drivers import make_corpus
from odw_core.engines.codex.engine import CodexEngine
from odw_core.files.ends import read_ends
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.model.item import Depth, Item

FIXTURES = Path(__file__).parents[3] / "fixtures" / "codex"
RECORDED = sorted([*FIXTURES.glob("mini_home/*/**/*.jsonl"), *FIXTURES.glob("old_formats/rollout_*.jsonl")])
ENGINE = CodexEngine()
FACTS = Facts(2_000_000_000.0, None)
UNKNOWN = (None, "", ())


def folded(unit: Unit, data: bytes) -> Item:
    return ENGINE.item(ENGINE.fold(ENGINE.start(unit), Appended("", 0, data, False)), FACTS)


def differences(skimmed: Item, whole: Item) -> list[str]:
    """Names of fields that a skim claims to know and knows differently."""
    return [
        field.name
        for field in fields(Item)
        if field.name != "depth"
        and (claimed := getattr(skimmed, field.name)) not in UNKNOWN
        and claimed != getattr(whole, field.name)
    ]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_a_recorded_session_cut_anywhere_skims_like_it_folds(path: Path) -> None:
    data, unit = path.read_bytes(), Unit(Address("codex", "x"), str(path.parent), str(path))
    whole = folded(unit, data)
    skims = 0
    for head in range(0, len(data), 401):
        for tail in range(0, len(data) - head, 397):
            item = ENGINE.skim(unit, b"", data[:head], data[len(data) - tail :], FACTS)
            if item is not None:
                skims += 1
                assert differences(item, whole) == []
                assert item.depth is Depth.SKIMMED
                assert item.tokens is not None
    is_over = whole.ended_at is not None and whole.tokens is not None and b"token_usage_record" in data
    assert (skims > 0) is is_over


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """200 sessions of some age: forks, old versions, turns that go on."""
    folder = tmp_path_factory.mktemp("corpus")
    sizes = ["--odw-runs", "0", "--converge-runs", "0", "--stderr-lines", "0"]
    make_corpus.main([str(folder), "--size", "small", "--sessions", "200", *sizes])
    yield sorted((folder / "codex_home").rglob("rollout-*.jsonl"))


def test_two_hundred_sessions_skim_like_they_fold(corpus: list[Path]) -> None:
    assert len(corpus) == 200
    skims = larger = 0
    for path in corpus:
        unit = Unit(Address("codex", path.stem[-36:]), str(path.parents[4]), str(path))
        whole = folded(unit, path.read_bytes())
        ends = read_ends(str(path), 32 * 1024, 16 * 1024)
        if ends is None:
            continue
        larger += 1
        item = ENGINE.skim(unit, b"", ends[0], ends[1], FACTS)
        if item is not None:
            skims += 1
            assert differences(item, whole) == []
            assert (item.tokens, item.title, item.state) == (whole.tokens, whole.title, whole.state)
    # Old versions write no token record, and a turn that goes on may have begun before the tail.
    assert skims > larger // 2
