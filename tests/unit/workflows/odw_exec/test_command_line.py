"""The command line of odw exec, its surroundings, and the run id that it prints first."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.errors import OdwError, UsageError
from odw_core.runs.workflow import checked_input, load_workflow
from odw_core.workflows.odw_exec.command import Programs, RunIdSeeker, argv, deaf_to_int, programs, surroundings
from odw_core.workflows.odw_exec.given import OdwExecInput, goal_of

FOUND = Programs("/bin/odw", "/bin/pandacode")
RUN_ID = "odw-exec-1795219696047-5105"


def given_of(**keys: object) -> OdwExecInput:
    return OdwExecInput.model_validate(keys)


def test_every_key_becomes_its_option(tmp_path: Path) -> None:
    given = given_of(script="flows/x.js", input={"a": 1}, model="m", provider="p", effort="high", timeout_s=600)
    assert argv(given, FOUND, "/work", tmp_path, None) == [
        *("/bin/odw", "exec", "--path", "/work", "--backend", "pandacode", "--no-report"),
        *("--script", "/work/flows/x.js", "--input-file", str(tmp_path / "odw-input")),
        *("--provider", "p", "--model", "m", "--effort", "high", "--timeout", "600"),
    ]
    assert json.loads((tmp_path / "odw-input").read_text()) == {"a": 1}


@pytest.mark.parametrize("typed", ["plain words", ["a", 1]])
def test_an_input_that_was_typed_is_laid_down_whole(typed: object, tmp_path: Path) -> None:
    argv(given_of(script="/x.js", input=typed), FOUND, "/work", tmp_path, None)
    said = (tmp_path / "odw-input").read_text()
    assert said == typed or json.loads(said) == typed


def test_a_resume_needs_no_script(tmp_path: Path) -> None:
    words = argv(given_of(resume=RUN_ID), FOUND, "/work", tmp_path, RUN_ID)
    assert words[-2:] == ["--resume", RUN_ID] and "--script" not in words
    assert goal_of(given_of(resume="latest")) == "odw exec --resume latest"


@pytest.mark.parametrize(
    "typed",
    [{}, {"script": "x.js", "input": "a", "input_file": "b"}, {"resume": "../../etc"}, {"resume": "odw-exec-1"}],
)
def test_what_does_not_fit_is_refused(typed: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        checked_input(load_workflow("odw-exec"), typed)


def test_answers_are_held_only_where_somebody_holds_them() -> None:
    wrapper = Path("/state/bin/pandacode")
    held = surroundings("/work", FOUND, Path("/state/held"), wrapper)
    assert held["ODW_PANDACODE_BIN"] == str(wrapper)
    assert (held["PANDACODE_STATE_DIR"], held["ODW_RUNS_KEEP"]) == ("/work/.pandacode", "0")
    assert surroundings("/work", FOUND, None, wrapper)["ODW_PANDACODE_BIN"] == "/bin/pandacode"
    assert "ODW_PANDACODE_BIN" not in surroundings("/work", Programs("/bin/odw", None), None, wrapper)


def test_what_is_not_there_is_named_with_the_next_step(tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper"
    with pytest.raises(OdwError, match="odw is not on your PATH; install ODW"):
        programs(given_of(script="x"), {"PATH": str(tmp_path)}, wrapper)
    (tmp_path / "odw").write_text("#!/bin/sh\n")
    (tmp_path / "odw").chmod(0o755)
    with pytest.raises(OdwError, match="pandacode is not on your PATH; install it"):
        programs(given_of(script="x"), {"PATH": str(tmp_path), "ODW_PANDACODE_BIN": str(wrapper)}, wrapper)
    assert programs(given_of(script="x", backend="mock"), {"PATH": str(tmp_path)}, wrapper).pandacode is None


def test_what_runs_is_deaf_to_int_and_has_its_variables() -> None:
    # The last word tells whether the signal was ignored: a child of a shell that ignores it keeps ignoring it.
    words = deaf_to_int(["/bin/sh", "-c", 'kill -INT $$; printf "%s" "$A"'], {"A": "x y; $(z)"})
    done = subprocess.run(words, stdout=subprocess.PIPE, env=dict(os.environ))
    assert (done.returncode, done.stdout) == (0, b"x y; $(z)")


@given(st.lists(st.integers(0, 200)))
def test_the_run_id_is_found_however_the_output_is_cut(cuts: list[int]) -> None:
    text = b"some warning\n[odw] run_id=" + RUN_ID.encode() + b"\n[odw] run_id=odw-exec-1-1\nmore\n"
    seeker = RunIdSeeker()
    at, found = 0, []
    for cut in sorted(min(cut, len(text)) for cut in [*cuts, len(text)]):
        found.append(seeker.feed(text[at:cut]))
        at = cut
    assert [one for one in found if one] == [RUN_ID]


@given(st.lists(st.binary()))
def test_no_output_is_taken_for_a_run_that_it_does_not_name(pieces: list[bytes]) -> None:
    seeker = RunIdSeeker()
    for piece in pieces:
        assert seeker.feed(piece) is None or b"run_id=odw-exec-" in b"".join(pieces)


def test_an_input_that_was_typed_as_text_stays_text() -> None:
    given: dict[str, object] = {"script": "flow.js", "input": "nice colours"}
    assert checked_input(load_workflow("odw-exec"), given)["input"] == "nice colours"
    assert checked_input(load_workflow("odw-exec"), {**given, "input": ["a"]})["input"] == ["a"]
