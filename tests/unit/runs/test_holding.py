"""The stand-in for pandacode: which calls it holds, and how a person's answer replaces the runner's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.process.spawn import started_mark
from odw_core.runs import held, holding
from odw_core.runs.folders import write_private
from odw_core.runs.held import HeldCall, is_held, is_waiting, release, waiting, wrapper

CALL = [
    "answer",
    "--runtime",
    "codex",
    "--cd",
    "/work",
    "--session",
    "s-1",
    "--text",
    "as you like",
    "--wait",
    "--json",
]


@pytest.mark.parametrize(
    ("words", "is_held"),
    [
        (["answer", "--session", "s"], True),
        (["codex", "answer", "--session", "s"], True),
        (["bamboo", "answer"], True),
        (["run", "--task", "answer"], False),
        (["status"], False),
        (["codex", "status", "answer"], False),
        ([], False),
    ],
)
def test_only_an_answer_is_held(words: list[str], is_held: bool) -> None:
    assert holding.is_answer(words) is is_held


def test_a_persons_answer_stands_in_place_of_the_runners() -> None:
    assert holding.with_answer(CALL, ["--choice", "2"]) == [
        *("answer", "--runtime", "codex", "--cd", "/work", "--session", "s-1", "--wait", "--json", "--choice", "2")
    ]
    assert holding.with_answer(["answer", "--text=x", "--choice=1"], ["--text=-y"]) == ["answer", "--text=-y"]


@given(st.lists(st.text(max_size=8)), st.lists(st.text(max_size=8), max_size=2))
def test_no_words_of_the_runner_answer_beside_a_person(words: list[str], answer: list[str]) -> None:
    told = holding.with_answer(["answer", *words], answer)
    own = told[: len(told) - len(answer)]
    assert own[0] == "answer"
    assert not any(word.startswith(("--text=", "--choice=")) or word in ("--text", "--choice") for word in own)


def test_a_call_says_where_its_record_lies() -> None:
    found = holding.call_of(CALL, {"PANDACODE_STATE_DIR": "/room/.pandacode"}, "/elsewhere")
    assert (found["place"], found["runtime"], found["session"]) == ("/room", "codex", "s-1")
    assert holding.call_of(CALL, {}, "/elsewhere")["place"] == "/work"
    assert holding.call_of(["codex", "answer", "--cd=sub"], {}, "/work")["place"] == "/work/sub"
    # A record that lies in a folder of another name is not looked for.
    assert holding.call_of(CALL, {"PANDACODE_STATE_DIR": "/room/states"}, "/work")["place"] == ""


def test_both_sides_mean_the_same() -> None:
    assert (holding.HELD, holding.PROGRAM) == (held.HELD, held.PROGRAM)
    assert holding._started() == started_mark(os.getpid())


def lay_down(top: Path, name: str, pid: int, at: float) -> None:
    (top / name).mkdir()
    fields: dict[str, object] = {"words": ["answer"], "place": "/work", "session": "s", "pid": pid, "at": at}
    write_private(top / name / "call.json", {**fields, "started": started_mark(pid)})


def test_a_call_waits_as_long_as_its_holder_lives_and_nobody_answers(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lay_down(tmp_path, "b", os.getpid(), 2.0)
    lay_down(tmp_path, "a", os.getpid(), 3.0)
    lay_down(tmp_path, "gone", gone.pid, 1.0)
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "call.json").write_bytes(b"\xff{")
    calls = waiting(tmp_path)
    assert [call.id for call in calls] == ["b", "a"]
    release(calls[0], ["--choice", "1"])
    assert [call.id for call in waiting(tmp_path)] == ["a"]
    assert (is_held(calls[0]), is_waiting(calls[0])) == (True, False)
    with pytest.raises(held.Refused):
        release(calls[0], ["--choice", "2"])


def test_where_nobody_holds_anything_nothing_waits(tmp_path: Path) -> None:
    assert waiting(tmp_path / "none") == []
    call = HeldCall(tmp_path / "none" / "x", (), "", "", "", 0.0)
    assert not is_held(call)


def test_the_stand_in_is_laid_down_once_and_put_right(tmp_path: Path) -> None:
    path = wrapper(tmp_path / "state")
    before = path.stat().st_ino
    assert (wrapper(tmp_path / "state"), path.stat().st_ino) == (path, before)
    path.write_text("echo something else")
    assert wrapper(tmp_path / "state").read_text().startswith("#!/bin/sh\n# Stands in")
    assert path.stat().st_mode & 0o777 == 0o700


def test_everything_but_an_answer_becomes_the_real_program_at_once(tmp_path: Path) -> None:
    path = wrapper(tmp_path / "state")
    real = tmp_path / "real one"
    real.write_text('#!/bin/sh\nprintf "%s|" "$@"\nexit 3\n')
    real.chmod(0o755)
    done = subprocess.run(
        [path, "run", "--task", "a b; c"], env={**os.environ, held.PROGRAM: str(real)}, stdout=subprocess.PIPE
    )
    assert (done.stdout, done.returncode) == (b"run|--task|a b; c|", 3)
    # Without a folder to lay it down in, an answer is nobody's to hold.
    done = subprocess.run([path, "answer", "x"], env={**os.environ, held.PROGRAM: str(real)}, stdout=subprocess.PIPE)
    assert (done.stdout, done.returncode) == (b"answer|x|", 3)


def test_it_starts_without_loading_what_it_does_not_need() -> None:
    code = (
        "import sys, odw_core.runs.holding; print([n for n in sys.modules if n.startswith(('odw_core.', 'asyncio'))])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout.strip() == "['odw_core.runs', 'odw_core.runs.holding']"
