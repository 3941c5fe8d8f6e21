"""Which agent works, and what is said when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from odw_core.agents.choose import agent_for, codex_home, default_agent
from odw_core.agents.codex import CodexAgent
from odw_core.agents.scripted import ScriptedAgent
from odw_core.errors import NotFound, UsageError
from odw_core.runs.spec import RunSpec


@pytest.fixture
def spec(tmp_path: Path) -> RunSpec:
    return RunSpec("run", "session", {}, str(tmp_path))


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "codex"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    return {"PATH": str(folder), "HOME": str(tmp_path)}


def test_codex_works_when_it_is_on_path_and_nobody_was_named(spec: RunSpec, environ: dict[str, str]) -> None:
    agent = agent_for(None, spec, environ)
    assert isinstance(agent, CodexAgent)
    assert agent.program == Path(environ["PATH"], "codex")
    assert agent.home == str(Path(environ["HOME"], ".codex"))
    assert default_agent(None, environ) == "codex"


def test_without_codex_it_says_what_else_there_is(spec: RunSpec) -> None:
    with pytest.raises(NotFound, match="codex is not there; install Codex, or start with --agent scripted --script"):
        agent_for(None, spec, {"PATH": "/nowhere"})


def test_the_script_lies_below_the_workspace_or_anywhere(spec: RunSpec, tmp_path: Path) -> None:
    (tmp_path / "a.toml").touch()
    assert agent_for("scripted", spec, {}, script="a.toml") == ScriptedAgent(tmp_path / "a.toml")
    assert agent_for("scripted", spec, {}, script=str(tmp_path / "a.toml")) == ScriptedAgent(tmp_path / "a.toml")
    with pytest.raises(UsageError, match="--script FILE"):
        agent_for("scripted", spec, {})
    with pytest.raises(NotFound, match=r"b\.toml is not there"):
        agent_for("scripted", spec, {}, script="b.toml")


def test_an_agent_that_nobody_knows_is_refused(spec: RunSpec) -> None:
    with pytest.raises(UsageError, match="There is no agent 'bamboo'; there are codex, scripted"):
        agent_for("bamboo", spec, {})


def test_the_home_of_a_run_comes_before_that_of_its_surroundings(tmp_path: Path) -> None:
    spec = RunSpec("run", "session", {}, str(tmp_path), codex_home="/named")
    assert codex_home(spec, {"CODEX_HOME": "/set"}) == "/named"
    assert codex_home(RunSpec("run", "session", {}, "/"), {"CODEX_HOME": "/set"}) == "/set"
