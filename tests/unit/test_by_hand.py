"""Exports for a shell say the same in every shell that evaluates them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.service.upstream.by_hand import exports, shell_of

WORDS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=30)


@given(WORDS)
def test_a_shell_takes_every_value_as_it_is(value: str) -> None:
    (line,) = exports({"X": value}, "sh")
    done = subprocess.run(["/bin/sh", "-c", f'{line}\nprintf "%s" "$X"'], stdout=subprocess.PIPE, check=True)
    assert done.stdout == value.encode()


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
@given(WORDS)
def test_fish_takes_every_value_as_it_is(value: str) -> None:
    (line,) = exports({"X": value}, "fish")
    done = subprocess.run(["fish", "-c", f'{line}\nprintf "%s" $X'], stdout=subprocess.PIPE, check=True)
    assert done.stdout == value.encode()


def test_fish_has_a_language_of_its_own() -> None:
    assert exports({"X": "it's \\"}, "fish") == ["set -gx X 'it\\'s \\\\';"]


@pytest.mark.parametrize(
    ("path", "name"), [("/bin/zsh", "zsh"), ("/usr/bin/fish", "fish"), ("/opt/nu", "sh"), ("", "sh")]
)
def test_an_unknown_shell_is_written_for_as_sh(path: str, name: str) -> None:
    assert shell_of({"SHELL": path}) == name
