"""The driver itself: the real Codex runs against the scripted model, and what it started is seen."""

from __future__ import annotations

import subprocess

from drivers.real_codex import RealCodex


def test_the_real_codex_answers_from_the_script(codex: RealCodex) -> None:
    command = [str(codex.program), "exec", "--json", codex.prompt("hello")]
    ran = subprocess.run(command, cwd=codex.project, env=codex.environ, stdin=subprocess.DEVNULL, capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()
    assert b"All good: the greeting works." in ran.stdout
    assert [request["script"] for request in codex.model.requests] == ["hello"]


def test_a_process_of_the_world_is_seen(codex: RealCodex) -> None:
    with subprocess.Popen(["sleep", "300"], env=codex.environ) as sleeper:
        assert list(codex.processes()) == [sleeper.pid]
        sleeper.kill()
    assert codex.processes() == {}
