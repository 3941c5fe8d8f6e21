"""What a rerun takes over: which steps count, in which mode, and from which run of a chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from odw_core.engines.odw.records import encode_line, script_stream
from odw_core.errors import UsageError
from odw_core.runs.folders import RunFolder, private_chain
from odw_core.runs.reuse import FINISHED, before, checked_reuse, inherited
from odw_core.runs.spec import RunSpec, write_spec

FIRST, SECOND, THIRD = (f"odw-exec-179520000000{number}-7" for number in (1, 2, 3))
Step = dict[str, object]


def run(state: Path, run_id: str, *steps: Step, parent: str | None = None, reuse: str = "") -> RunSpec:
    """A run that wrote these steps down."""
    private_chain(state, "runs", run_id)
    spec = RunSpec(run_id, "parallel-review-apply", {}, "/work/shop", parent=parent, reuse=reuse)
    write_spec(RunFolder(state, run_id), spec)
    lines = (encode_line(script_stream({"type": "step", **step}, "", 1)) for step in steps)
    RunFolder(state, run_id).mirror.write_bytes(b"".join(lines))
    return spec


def begun(key: str, kind: str = "agent") -> Step:
    return {"id": f"id-{key}", "key": key, "kind": kind, "status": "begun"}


def done(key: str, kind: str = "agent", *, ok: bool = True) -> Step:
    return {**begun(key, kind), "status": "done", "blob": "0" * 64, "result": {"ok": ok}}


def kept(state: Path, spec: RunSpec) -> list[tuple[str, list[object]]]:
    """Run to the keys of the steps that count of it."""
    return [(one.run_id, [line.event["key"] for line in one.told if line.event]) for one in inherited(state, spec)]


def test_what_went_well_is_kept_and_what_failed_or_was_decided_is_not(tmp_path: Path) -> None:
    steps = (begun("a"), begun("b"), done("a"), done("b", ok=False), begun("gate", "gate"), done("gate", "gate"))
    run(tmp_path, FIRST, *steps, begun("late"))
    spec = run(tmp_path, SECOND, parent=FIRST, reuse=FINISHED)
    assert kept(tmp_path, spec) == [(FIRST, ["a"])]


def test_from_a_step_keeps_what_began_before_it_and_nothing_that_followed(tmp_path: Path) -> None:
    steps = (begun("a"), begun("b"), done("b"), begun("c"), done("a"), done("c"), begun("d"), done("d"))
    run(tmp_path, FIRST, *steps)
    spec = run(tmp_path, SECOND, parent=FIRST, reuse=before("c"))
    assert kept(tmp_path, spec) == [(FIRST, ["b", "a"])]


def test_nothing_is_kept_where_nobody_asked_for_it(tmp_path: Path) -> None:
    run(tmp_path, FIRST, begun("a"), done("a"))
    assert kept(tmp_path, run(tmp_path, SECOND, parent=FIRST)) == []


def test_what_the_parent_took_over_is_found_where_it_was_done(tmp_path: Path) -> None:
    run(tmp_path, FIRST, begun("a"), done("a"), begun("x"), done("x"))
    run(tmp_path, SECOND, {**begun("a"), "status": "reused"}, begun("b"), done("b"), parent=FIRST, reuse=FINISHED)
    spec = run(tmp_path, THIRD, parent=SECOND, reuse=FINISHED)
    assert kept(tmp_path, spec) == [(SECOND, ["a", "b"]), (FIRST, ["a"])]


def test_a_parent_that_is_gone_gives_nothing(tmp_path: Path) -> None:
    assert kept(tmp_path, run(tmp_path, SECOND, parent=FIRST, reuse=FINISHED)) == []


def test_a_step_that_was_never_begun_is_refused_with_those_that_were(tmp_path: Path) -> None:
    run(tmp_path, FIRST, begun("a"), done("a"), begun("b"))
    assert checked_reuse(tmp_path, FIRST, before("b")) == before("b")
    with pytest.raises(UsageError, match="its steps are a, b"):
        checked_reuse(tmp_path, FIRST, before("z"))
