"""Any bytes at all in a scenario log: nothing raises, a checkpoint cuts it anywhere, growing equals reading cold."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.batch_story import DENIED, EMPTY_MODEL, ENOENT, NAME, OLD_LOG, SCHEMA, STORIES
from odw_core.engines.scenario.engine import ScenarioEngine
from odw_core.engines.scenario.inspection import inspect_error_log, inspect_run
from odw_core.engines.scenario.streams import journal_line
from odw_core.model.address import Address
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.service.documents.rows import detail_document, item_document

ENGINE = ScenarioEngine()
RUN = Unit(Address("scenario", NAME), "/place", f"/place/logs/{NAME}.log")
OLD = Unit(Address("scenario", "error-021926_1830"), "/place", "/place/logs/error_output/021926_1830.errorlog")
LOGS = [(RUN, STORIES[name]().log) for name in STORIES] + [(OLD, OLD_LOG)]
LOG_IDS = [*STORIES, "old-error-log"]


def folded(unit: Unit, data: bytes, *cuts: int) -> object:
    acc = ENGINE.start(unit)
    bounds = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(bounds):
        acc = ENGINE.fold(acc, Appended("", start, data[start:end], False))
    return acc


def told(acc: object, unit: Unit) -> str:
    """Everything that is ever made of an accumulator, as text."""
    facts = [Facts(now, alive) for alive in (True, False, None) for now in (0.0, 1_771_580_000.0, 1e12)]
    parts: list[object] = [item_document(ENGINE.item(acc, each)) for each in facts]
    parts += [detail_document(ENGINE.detail(acc, each)) for each in facts]
    parts += [[*ENGINE.texts(acc, each)] for each in facts]
    parts.append(inspect_run(acc) if unit is RUN else inspect_error_log(acc))  # type: ignore[arg-type]
    parts.append([str(problem) for problem in ENGINE.problems(acc, unit)])
    return json.dumps(parts, sort_keys=True)


@st.composite
def mutilated(draw: st.DrawFn, data: bytes) -> bytes:
    """``data`` cut, flipped, dropped, repeated, filled with junk."""
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), start + draw(st.integers(0, 400)))
        middle = draw(
            st.sampled_from((b"", bytes(byte ^ 0x5A for byte in data[start:end]), data[start:end] * 2, b"\n"))
            | st.binary(max_size=60)
        )
        data = data[:start] + middle + data[end:]
    return data


def line_ends(data: bytes) -> list[int]:
    return [0, *(at + 1 for at, byte in enumerate(data) if byte == 0x0A)]


@pytest.mark.parametrize(("unit", "log"), LOGS, ids=LOG_IDS)
@given(data=st.data())
def test_no_bytes_make_anything_raise(unit: Unit, log: bytes, data: st.DataObject) -> None:
    acc = folded(unit, data.draw(mutilated(log)))
    assert told(acc, unit)
    assert ENGINE.load(unit, ENGINE.dump(acc)) == acc


@pytest.mark.parametrize(("unit", "log"), LOGS, ids=LOG_IDS)
@given(data=st.data())
def test_what_grows_in_any_pieces_ends_as_what_is_read_cold(unit: Unit, log: bytes, data: st.DataObject) -> None:
    log = data.draw(mutilated(log))
    cuts = data.draw(st.lists(st.sampled_from(line_ends(log)), max_size=5))
    assert folded(unit, log, *cuts) == folded(unit, log)


@pytest.mark.parametrize(("unit", "log"), LOGS, ids=LOG_IDS)
@given(data=st.data())
def test_a_checkpoint_anywhere_and_the_rest_equal_the_whole(unit: Unit, log: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.sampled_from(line_ends(log)))
    resumed = ENGINE.load(unit, ENGINE.dump(folded(unit, log[:cut])))
    assert ENGINE.fold(resumed, Appended("", cut, log[cut:], False)) == folded(unit, log)


SIGNS = [*(text.encode() for text in (ENOENT, EMPTY_MODEL, DENIED, *SCHEMA.split("\n"))), b"", b"words"]
EVENTS = [b"[2026-02-19 18:30:01] START 1/3 T", b"[2026-02-19 18:30:01] END   1/3 OK 1.0s T"]


@given(lines=st.lists(st.sampled_from([*SIGNS, *EVENTS]), max_size=12), data=st.data())
def test_signs_in_any_order_are_the_same_however_the_old_log_grew(lines: list[bytes], data: st.DataObject) -> None:
    log = b"".join(line + b"\n" for line in lines)
    cuts = data.draw(st.lists(st.sampled_from(line_ends(log)), max_size=4))
    assert folded(OLD, log, *cuts) == folded(OLD, log)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", STORIES)
@given(data=st.data())
def test_fields_of_any_type_make_nothing_raise(name: str, data: st.DataObject) -> None:
    lines = [json.loads(line) for line in STORIES[name]().log.splitlines()]
    for _ in range(data.draw(st.integers(1, 6))):
        target = data.draw(st.sampled_from(lines))
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(VALUES)
    acc = folded(RUN, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    assert told(acc, RUN)
    assert ENGINE.load(RUN, ENGINE.dump(acc)) == acc
    assert all(isinstance(journal_line(line), str) for line in lines)


@pytest.mark.parametrize("unit", [RUN, OLD], ids=["run", "old"])
@given(blob=st.binary(max_size=200))
def test_a_checkpoint_of_anything_else_is_refused_in_one_way(unit: Unit, blob: bytes) -> None:
    try:
        ENGINE.load(unit, blob)
    except ValueError:
        return
