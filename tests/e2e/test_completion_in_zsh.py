"""Completion in a real zsh on a pseudo-terminal: what a person sees after the tab key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from drivers.command import PROGRAM, project
from drivers.shell import PROMPT, Shell, shell

pytestmark = pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")

READY = "autoload -Uz compinit; compinit -u -D; source <(odw-tui completion zsh); clear; echo loaded"
CLEAR = "\x15\x0c"
RUN = "odw-exec-1795219808125-7095"


@pytest.fixture
def zsh(home: Path) -> Iterator[Shell]:
    """A zsh without anybody's settings in a workspace, that knows the completion."""
    program = home / "bin" / "odw-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    copytree(project("d"), home / "work")
    (home / "work" / "shop").mkdir()
    (home / "work" / "notes.log").touch()
    path = f"{program.parent}:/usr/local/bin:/usr/bin:/bin"
    with shell(home, PATH=path, LC_ALL="C.UTF-8") as terminal:
        terminal.run(f"cd work; PS1='{PROMPT} ' exec zsh -f -i")
        terminal.run(f"PS1='{PROMPT} '; {READY}")
        terminal.until(f"loaded\n{PROMPT}")
        yield terminal


def test_the_tab_key_completes(zsh: Shell) -> None:
    for typed, shown in (
        ("odw-tui stat", ("odw-tui status",)),
        ("odw-tui co", ("completion  -- a script that completes", "config      -- every setting")),
        ("odw-tui config ", ("schema", "show", "validate")),
        ("odw-tui config show --or", ("odw-tui config show --origin",)),
        ("odw-tui list --state f", ("odw-tui list --state failed",)),
        ("odw-tui list --state=f", ("odw-tui list --state=failed",)),
        ("odw-tui --theme d", ("dark", "deuteranopia")),
        ("odw-tui --root sh", ("odw-tui --root shop/",)),
        ("odw-tui explain n", ("odw-tui explain notes.log",)),
        ("odw-tui show od", (f"odw-tui show odw:{RUN}",)),
        ("odw-tui show odw:odw-e", (f"odw-tui show odw:{RUN}",)),
    ):
        zsh.type(f"{CLEAR}{typed}\t")
        zsh.until(*shown)
