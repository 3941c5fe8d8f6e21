"""Any bytes at all: the fold, and everything made of it, never raises, and a checkpoint cuts it anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.engines.odw.engine import OdwEngine
from odw_core.engines.odw.inspection import inspect_run
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Replaced, Unit
from odw_core.service.documents.rows import detail_document, item_document, question_document

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "odw"
RUNS = {path.parents[3].parent.name: path for path in sorted(RECORDINGS.glob("*/project/.odw/runs/odw-*/events.jsonl"))}
SESSIONS = sorted(RECORDINGS.glob("*/project*/.pandacode/sessions/codex/*.json"))
ENGINE = OdwEngine()
FACTS = Facts(now=1_795_300_000.0, alive=False)


def unit_of(case: str) -> Unit:
    folder = RUNS[case].parent
    return Unit(Address("odw", folder.name), "/place", str(folder))


def told(acc: object, unit: Unit) -> str:
    """Everything that is ever made of an accumulator, as text."""
    facts = [Facts(FACTS.now, alive) for alive in (True, False, None)]
    parts = [item_document(ENGINE.item(acc, each)) for each in facts]
    parts += [detail_document(ENGINE.detail(acc, each)) for each in facts]
    parts += [question_document(question) for each in facts for question in ENGINE.questions(acc, each)]
    if unit.address.engine == "odw":
        parts.append(inspect_run(acc, False))
    return json.dumps(parts, sort_keys=True)


def folded(case: str, journal: bytes, record: bytes, state: bytes) -> object:
    unit = unit_of(case)
    acc = ENGINE.fold(ENGINE.start(unit), Replaced("run.json", record))
    end = journal.rfind(b"\n") + 1
    acc = ENGINE.fold(acc, Appended("events.jsonl", 0, journal[:end], end < len(journal)))
    return ENGINE.fold(acc, Replaced("state.json", state))


@st.composite
def mutilated(draw: st.DrawFn, data: bytes) -> bytes:
    """``data`` cut, flipped, dropped, repeated, filled with junk."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), start + draw(st.integers(0, 400)))
        match draw(st.sampled_from(("cut", "flip", "drop", "repeat", "junk"))):
            case "cut":
                data = data[:end]
            case "flip":
                data = data[:start] + bytes(byte ^ 0x5A for byte in data[start:end]) + data[end:]
            case "drop":
                data = data[:start] + data[end:]
            case "repeat":
                data = data[:end] + data[start:end] + data[end:]
            case "junk":
                data = data[:start] + draw(st.binary(max_size=60)) + data[end:]
    return data


@pytest.mark.parametrize("case", sorted(RUNS))
@given(data=st.data())
def test_no_bytes_of_a_run_make_anything_raise(case: str, data: st.DataObject) -> None:
    folder = RUNS[case].parent
    texts = [data.draw(mutilated((folder / name).read_bytes())) for name in ("events.jsonl", "run.json", "state.json")]
    acc = folded(case, *texts)
    assert told(acc, unit_of(case))
    assert ENGINE.load(unit_of(case), ENGINE.dump(acc)) == acc


@given(data=st.data())
def test_lines_of_two_runs_mixed_up_make_nothing_raise(data: st.DataObject) -> None:
    lines = [line for case in ("b", "d") for line in RUNS[case].read_bytes().splitlines(keepends=True)]
    mixed = data.draw(st.permutations(lines))
    record = (RUNS["b"].parent / "run.json").read_bytes()
    assert told(folded("b", b"".join(mixed), record, b"{}"), unit_of("b"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
def test_fields_of_any_type_make_nothing_raise(data: st.DataObject) -> None:
    """Every field of a recorded line, in turn, holds something it should not."""
    lines = [json.loads(line) for line in RUNS["b"].read_bytes().splitlines()]
    for _ in range(data.draw(st.integers(1, 6))):
        target = data.draw(st.sampled_from(lines))
        while isinstance(inner := target.get("raw") or target.get("result"), dict) and data.draw(st.booleans()):
            target = inner
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(VALUES)
    journal = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    record = (RUNS["b"].parent / "run.json").read_bytes()
    acc = folded("b", journal, record, b"{}")
    assert told(acc, unit_of("b"))
    assert ENGINE.load(unit_of("b"), ENGINE.dump(acc)) == acc


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
@given(data=st.data())
def test_no_bytes_of_a_session_make_anything_raise(path: Path, data: st.DataObject) -> None:
    unit = Unit(Address("pandacode", f"codex:{path.stem}"), "/place", str(path))
    acc = ENGINE.fold(ENGINE.start(unit), Replaced("", data.draw(mutilated(path.read_bytes()))))
    assert told(acc, unit)
    assert ENGINE.load(unit, ENGINE.dump(acc)) == acc


@pytest.mark.parametrize("case", sorted(RUNS))
@given(data=st.data())
def test_a_checkpoint_anywhere_and_the_rest_equal_the_whole(case: str, data: st.DataObject) -> None:
    unit, journal = unit_of(case), RUNS[case].read_bytes()
    end = journal.rfind(b"\n") + 1
    ends = [at + 1 for at, byte in enumerate(journal[:end]) if byte == 0x0A]
    cut = data.draw(st.sampled_from([0, *ends]))
    whole = ENGINE.fold(ENGINE.start(unit), Appended("events.jsonl", 0, journal[:end], False))
    first = ENGINE.fold(ENGINE.start(unit), Appended("events.jsonl", 0, journal[:cut], False))
    resumed = ENGINE.load(unit, ENGINE.dump(first))
    assert ENGINE.fold(resumed, Appended("events.jsonl", cut, journal[cut:end], False)) == whole
