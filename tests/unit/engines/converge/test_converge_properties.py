"""Any bytes in any file of a run or cell of a task: nothing raises, order never matters, a checkpoint holds it all."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.converge_story import FOLDER, NAMES, lay
from odw_core.engines import codec
from odw_core.engines.converge import names, records
from odw_core.engines.converge.acc import QueueAcc, RunAcc, TaskRow
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.engines.converge.inspection import inspect_run, inspect_task
from odw_core.engines.converge.saved_log import LogBook
from odw_core.model.evidence import Appended, Evidence, Facts, Gone, Replaced, Unit
from odw_core.service.documents.rows import detail_document, item_document

ENGINE = ConvergeEngine()
RUN = Unit(names.run_address("20261121T001244464186Z"), "/place", "/place/.converge/runs/20261121T001244464186Z")
TASK = Unit(names.task_address("eec5598d"), "/place", "/place/converge.db")
LOGS = [path for name in NAMES for path in (FOLDER / name).glob("*.log")]


@cache
def evidence(name: str) -> tuple[tuple[str, bytes], ...]:
    """Every piece of evidence of the first run of a recording, by name."""
    with TemporaryDirectory() as folder:
        place = lay(name, Path(folder).resolve() / "place")
        unit = next(ENGINE.discover(str(place)))
        acc = ENGINE.start(unit)
        found: dict[str, bytes] = {}
        for _ in range(2):
            for wanted in (names.RECORD, *ENGINE.wanted_files(acc, Facts(0.0))):
                seen = ENGINE.follower(unit, wanted).look().evidence
                if isinstance(seen, Replaced):
                    found[wanted] = seen.data
                    acc = ENGINE.fold(acc, seen)
        return tuple(found.items())


def folded(unit: Unit, pieces: Any) -> Any:
    acc = ENGINE.start(unit)
    for piece in pieces:
        acc = ENGINE.fold(acc, piece)
    return acc


def told(acc: Any, unit: Unit) -> str:
    """Everything that is ever made of an accumulator, as text."""
    moments = [Facts(now, alive) for alive in (True, False, None) for now in (0.0, 1_795_219_965.0, 1e12)]
    parts: list[object] = [item_document(ENGINE.item(acc, each)) for each in moments]
    parts += [detail_document(ENGINE.detail(acc, each)) for each in moments[::4]]
    parts += [[*ENGINE.texts(acc, each)] for each in moments[:1]]
    parts += [str(ENGINE.questions(acc, each)) for each in moments[:1]]
    parts += [str(ENGINE.owner(unit, acc)), str(ENGINE.problems(acc, unit)), str(ENGINE.bodies(unit, acc))]
    if isinstance(acc, RunAcc):
        parts.append(inspect_run(acc))
    elif acc.row is not None:
        parts.append(inspect_task(acc.row))
    return json.dumps(parts, sort_keys=True)


@st.composite
def mutilated(draw: st.DrawFn, data: bytes) -> bytes:
    """``data`` cut, flipped, dropped, repeated, filled with junk."""
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), start + draw(st.integers(0, 400)))
        middle = draw(
            st.sampled_from((b"", bytes(byte ^ 0x5A for byte in data[start:end]), data[start:end] * 2, b"null", b"\n"))
            | st.binary(max_size=60)
        )
        data = data[:start] + middle + data[end:]
    return data


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner), max_leaves=9
)


@st.composite
def ill_typed(draw: st.DrawFn, document: Any) -> Any:
    """``document`` with some values of another type, anywhere."""
    if draw(st.integers(0, 9)) == 0:
        return draw(anything)
    if isinstance(document, dict):
        return {key: draw(ill_typed(value)) for key, value in document.items()}
    if isinstance(document, list):
        return [draw(ill_typed(value)) for value in document[:3]]
    return document


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(data=st.data())
def test_no_bytes_make_anything_raise(name: str, data: st.DataObject) -> None:
    acc = folded(RUN, [Replaced(file, data.draw(mutilated(content))) for file, content in evidence(name)])
    assert told(acc, RUN)
    assert ENGINE.load(RUN, ENGINE.dump(acc)) == acc


@pytest.mark.parametrize("name", ["codex-fail-fallback", "contract-blockers", "interrupt-resumed"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_types_make_anything_raise(name: str, data: st.DataObject) -> None:
    pieces = []
    for file, content in evidence(name):
        if file in (names.RECORD, names.CONSTRAINTS, names.CONTRACTS):
            content = json.dumps(data.draw(ill_typed(json.loads(content)))).encode()
        pieces.append(Replaced(file, content))
    acc = folded(RUN, pieces)
    assert told(acc, RUN)
    assert ENGINE.load(RUN, ENGINE.dump(acc)) == acc


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15)
@given(data=st.data())
def test_no_order_and_no_earlier_content_matters(name: str, data: st.DataObject) -> None:
    files = evidence(name)
    cold = folded(RUN, [Replaced(*file) for file in files])
    before: list[Evidence] = [Replaced(file, data.draw(mutilated(content))) for file, content in files]
    before += [Gone(file) for file, _ in data.draw(st.permutations(files))[:3]]
    after = [Replaced(*file) for file in data.draw(st.permutations(files))]
    acc = folded(RUN, before)
    if data.draw(st.booleans()):
        acc = ENGINE.load(RUN, ENGINE.dump(acc))
    for piece in after:
        acc = ENGINE.fold(acc, piece)
    assert acc == cold


cells = st.text(max_size=40) | st.sampled_from(
    ("HITL_REQUIRED", "RUNNING", "[]", '["a"]', '["{\\"round\\": 1}"]', "2026-11-21 00:12:40.0", "not a time", "{}")
)


@given(st.lists(cells, min_size=9, max_size=9), st.integers(0, 9))
def test_no_row_of_the_queue_makes_anything_raise(cell: list[str], attempts: int) -> None:
    columns = ("status", "created_at", "updated_at", "request", "last_error", "artifacts_dir", "claimed_at")
    named = dict(zip((*columns, "questions", "resolution"), cell, strict=True))
    row = TaskRow(id="eec5598d", attempts=attempts, source=None, database="/p/db", **named)
    acc = folded(TASK, [Replaced(names.ROW, codec.dump(row)), Replaced(names.RUNS, b'["20261121T001244464186Z"]')])
    assert told(acc, TASK)
    assert ENGINE.load(TASK, ENGINE.dump(acc)) == acc
    queue = codec.dump(QueueAcc([row], [["/p/db", "locked"]]))
    run = folded(
        RUN, [Replaced(names.RECORD, dict(evidence("missing-repo"))[names.RECORD]), Replaced(names.QUEUE, queue)]
    )
    assert told(run, RUN)


@given(st.binary(max_size=200), st.sampled_from((names.ROW, names.CHECKPOINT, names.RUNS, "anything")))
def test_no_bytes_of_a_task_make_anything_raise(data: bytes, file: str) -> None:
    assert told(folded(TASK, [Replaced(file, data), Appended(file, 0, data, False)]), TASK)


@pytest.mark.parametrize("path", LOGS, ids=lambda path: path.parent.name)
@settings(max_examples=25)
@given(data=st.data())
def test_a_log_in_any_pieces_is_the_same_log(path: Path, data: st.DataObject) -> None:
    content = data.draw(mutilated(path.read_bytes())) + b"\n"
    ends = [0, *(at + 1 for at, byte in enumerate(content) if byte == 0x0A)]
    cuts = sorted(data.draw(st.lists(st.sampled_from(ends), max_size=5)))
    whole, grown = LogBook("x"), LogBook("x")
    whole.feed(content, 0)
    for start, end in pairwise((0, *cuts, len(content))):
        grown.feed(content[start:end], start)
    assert grown.parts == whole.parts
    for part in whole.parts:
        acc = folded(RUN, [Replaced(names.LOG, codec.dump(part))])
        assert acc.found_log == part
        assert told(acc, RUN)


@pytest.mark.parametrize("name", NAMES)
def test_records_are_written_as_upstream_writes_them(name: str) -> None:
    decoders: dict[str, Any] = {
        names.RECORD: lambda data: records.encode_run(records.decode_run(data)),  # type: ignore[arg-type]
        names.CONSTRAINTS: lambda data: records.encode_constraints(records.decode_constraints(data)),  # type: ignore[arg-type]
        names.CONTRACTS: lambda data: records.encode_contracts(records.decode_contracts(data)),  # type: ignore[arg-type]
    }
    for file, content in evidence(name):
        if file in decoders:
            assert decoders[file](content) == content


@given(st.lists(st.text(min_size=1).filter(lambda text: not text.lstrip().startswith("{"))))
def test_questions_survive_the_way_into_the_queue_and_back(plain: list[str]) -> None:
    pause = {"round": 1, "max_rounds": 2, "repos": [{"path": "ghost", "exists": False}]}
    found, payload, count = records.stored_questions(records.encode_questions(plain, pause))
    assert (found, count) == (plain, len(plain) + 1)
    assert payload is not None
    assert (payload.missing, payload.rounds) == (["ghost"], [1, 2])
