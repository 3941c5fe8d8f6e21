"""No secret of a real session is anywhere that is ours: no screen, log, cache, audit or recording holds one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.command import odw_tui
from drivers.real_codex import RealCodex, native_codex, real_codex
from drivers.session_run import SessionRun
from drivers.sqlite_cells import cells
from odw_core.index.schema import FILE_NAME

CREDENTIAL = "canary-auth-5b1f0c77d2"
ANSWER = "canary-answer-lantern-4471"
STDERR_TOKEN = "canary-stderr-8e77c1a0b4d9"
OUTPUT_TOKEN = "canary-output-1fd04b9e6c23"
PROMPT_TOKEN = "sk-canaryprompt0a9b8c7d6e5f"
SAID_TOKEN = "canary-said-77aa01bc93de"
ASKED_TOKEN = "canary-asked-0c3d5e7f9a1b"
SECRETS = (CREDENTIAL, ANSWER, STDERR_TOKEN, OUTPUT_TOKEN, PROMPT_TOKEN, SAID_TOKEN, ASKED_TOKEN)
_LONGEST_S = 180.0


class Found:
    """A session that handled all of them, and everything that could hold one, by where it is."""

    def __init__(self, codex: RealCodex, run: SessionRun) -> None:
        self.codex, self.run = codex, run
        self.screens = _screens(codex)
        self.printed = _printed(codex, run)

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Every file but what belongs to Codex and its model, packed texts unpacked; every screen, every command."""
        yield "the screens", self.screens
        yield from self.printed
        theirs = (self.codex.home, self.codex.model.log, self.codex.project / ".git", self.codex.base / "codex")
        for path in sorted(self.codex.base.rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(one) for one in theirs):
                yield str(path.relative_to(self.codex.base)), path.read_bytes()
        databases = [*self.codex.base.rglob(FILE_NAME)]
        assert databases, "no cache was kept"
        for database in databases:
            yield from cells(database)


def _screens(codex: RealCodex) -> bytes:
    """Every page of a room, opened once."""
    folder = codex.base / "visited"
    folder.mkdir()
    command = [sys.executable, "-m", "drivers.visit_all", str(folder), str(codex.home), str(codex.project)]
    path = os.pathsep.join(
        str(one) for one in (Path(__file__).parents[1], *filter(None, [os.environ.get("PYTHONPATH")]))
    )
    ran = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, timeout=_LONGEST_S, cwd=codex.base
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    return (folder / "screens").read_bytes() + ran.stderr


def _printed(codex: RealCodex, run: SessionRun) -> list[tuple[str, bytes]]:
    """What commands say about it."""
    address = str(run.address)
    thread = f"codex:{run.of('agent_session')[0]['thread']}"
    told = [("show", one, *more) for one in (address, thread) for more in ((), ("--json",))]
    told += [("logs", f"{address}/session", "--stream", one) for one in ("stdout", "stderr", "prompt", "journal")]
    told += [("logs", thread), ("list", "--json"), ("inbox", "--json"), ("search", "canary"), ("explain", address)]
    found = []
    for words in told:
        ran = odw_tui("--codex-home", str(codex.home), *words, cwd=codex.project)
        assert ran.code in (0, 1, 4), ran
        found.append((" ".join(words), (ran.out + ran.err).encode()))
    return found


@pytest.fixture(scope="module")
def found() -> Iterator[Found]:
    """One session for all of this module's tests."""
    program = native_codex()
    if program is None:
        pytest.skip("the real Codex is not there")
    with pytest.MonkeyPatch.context() as patch, real_codex(program) as codex:
        for name, value in codex.environ.items():
            patch.setenv(name, value)
        run = _session(codex)
        yield Found(codex, run)


def _session(codex: RealCodex) -> SessionRun:
    (codex.home / "auth.json").write_text(f'{{"OPENAI_API_KEY": "{CREDENTIAL}", "tokens": null}}')
    wrapper = codex.base / "codex"
    noise = f"echo 'request failed: Authorization: Bearer {STDERR_TOKEN}' >&2"
    wrapper.write_text(f'#!/bin/sh\n{noise}\nexec {codex.program} "$@"\n')
    wrapper.chmod(0o700)
    codex.program = wrapper
    options = [{"label": "one", "description": "First."}, {"label": "two", "description": "Second."}]
    asked = {"id": "token", "header": "Token", "question": "Which token?", "isSecret": True, "options": options}
    # The output comes from a file, so that the token is in no command line.
    (codex.project / ".git" / "told").write_text(f"Authorization: Bearer {OUTPUT_TOKEN}\n")
    calls = f"curl -H 'Authorization: Bearer {ASKED_TOKEN}' http://127.0.0.1:9/"
    codex.model.teach(
        "confides",
        [
            {"ask": [asked]},
            {"exec": "cat .git/told; cat .git/told >&2"},
            {"exec": calls, "escalate": True, "justification": "May I call it?"},
            {"say": f"I use Authorization: Bearer {SAID_TOKEN} and {{{{last_tool_output}}}}.", "phase": "final_answer"},
        ],
    )
    run = SessionRun.start(codex, "confides", f"use OPENAI_API_KEY={PROMPT_TOKEN} for it")
    run.decide("answer", token=(ANSWER,))
    run.until(lambda: [one for one in run.open_questions if one.kind == "approval"])
    run.decide("decline")
    assert run.until_over()["status"] == "completed", run.story
    return run


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_nowhere(found: Found, secret: str) -> None:
    holding = [place for place, data in found.places() if secret.encode() in data]
    if secret == PROMPT_TOKEN:
        # What a person wrote must be said to Codex again: it is kept in a folder that is theirs alone.
        holding = [place for place in holding if not place.endswith(("/spec.json", "/kept.json"))]
    assert holding == [], "\n".join(holding)


def test_the_recordings_hold_what_was_said_around_them(found: Found) -> None:
    stderr = (found.run.files / "stderr.log").read_text()
    assert "request failed: Authorization: Bearer ****" in stderr
    assert "Authorization: Bearer ****" in (found.run.files / "stdout.log").read_text()
    assert "OPENAI_API_KEY=" in (found.run.files / "prompt.md").read_text()
    assert b"Authorization: Bearer ****" in found.screens
    assert found.codex.model.requests[-1]
