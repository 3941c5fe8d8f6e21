"""Scripts of the scripted agent: any bytes end in a script or in a sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.agents.scripted_player.check import read_script
from odw_core.agents.scripted_player.script import STEPS, Call, decode_entry, encode_entry, entry_for
from odw_core.errors import UsageError

CALL = Call("api", "the api", "Implement", 1, 1, "write the api")


@given(st.binary(), st.sampled_from(["a.json", "a.toml"]))
def test_any_bytes_are_a_script_or_refused_with_a_sentence(data: bytes, name: str) -> None:
    try:
        script = read_script(data, name)
    except UsageError as error:
        assert str(error).startswith(name)
    else:
        assert script.entries


def test_toml_and_json_mean_the_same() -> None:
    toml = b'model = "m"\n[[entry]]\nkey = "api*"\nround = [1, 2]\ndo = [{ sleep = 1.5 }, { ask = "Which?" }]\n'
    given_ = {"model": "m", "entry": [{"key": "api*", "round": [1, 2], "do": [{"sleep": 1.5}, {"ask": "Which?"}]}]}
    assert read_script(toml, "a.toml") == read_script(json.dumps(given_).encode(), "a.json")


@pytest.mark.parametrize(
    ("fits", "entry"),
    [
        (True, {}),
        (True, {"key": "api"}),
        (True, {"key": "a*", "label": "the ?pi", "phase": "Implement", "round": [3, 1], "attempt": 1}),
        (True, {"prompt": "the api"}),
        (False, {"key": "API"}),
        (False, {"round": 2}),
        (False, {"attempt": [2, 3]}),
        (False, {"prompt": "the web"}),
        (False, {"phase": "Repair"}),
    ],
)
def test_an_entry_fits_when_everything_that_it_names_does(fits: bool, entry: dict[str, object]) -> None:
    script = read_script(json.dumps({"entry": [entry]}).encode(), "a.json")
    if fits:
        assert entry_for(script, CALL, "a.json") == replace(script.entries[0], model="scripted")
    else:
        with pytest.raises(UsageError, match=r"a\.json has no entry for key 'api', label 'the api'"):
            entry_for(script, CALL, "a.json")


@pytest.mark.parametrize("step", [{}, {"say": "a", "sleep": 1}, {"shout": 1}, "say", 3])
def test_a_step_that_does_not_do_one_thing_is_refused(step: object) -> None:
    with pytest.raises(UsageError, match="entry 1, step 1: a step is a table that does exactly one of: say, write"):
        read_script(json.dumps({"entry": [{"do": [step]}]}).encode(), "a.json")


def test_what_is_sent_to_the_process_is_what_it_plays() -> None:
    steps: list[dict[str, object]] = [
        {"say": "a"},
        {"write": "f", "text": "t", "mode": "755"},
        {"replace": "f", "old": "t", "new": "u"},
        {"delete": "f"},
        {"diff": "d"},
        {"ask": "Which?", "id": "which", "options": ["a", "b"], "free": False},
        {"hear": "wish"},
        {"wait": "gate"},
        {"touch": "begun"},
        {"sleep": 0.5},
        {"print": "p"},
        {"flood": 1, "to": "stdout"},
        {"binary": 2},
        {"tool": "shell", "args": {"command": "ls"}, "error": "no"},
        {"run": ["true"]},
        {"model": "m"},
        {"tokens": 3},
        {"hang": True, "stubborn": True},
        {"fail": "no"},
        {"exit": 4},
        {"signal": "KILL"},
    ]
    assert len(steps) == len(STEPS), "every kind of step is tried"
    script = read_script(json.dumps({"entry": [{"do": steps, "result": {"a": [1]}, "tokens": 5}]}).encode(), "a.json")
    entry = entry_for(script, CALL, "a.json")
    sent = json.loads(json.dumps(encode_entry(entry)))
    assert json.loads(json.dumps(encode_entry(decode_entry(sent)))) == sent
