"""``odw-tui doctor`` as scripts and people meet it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.command import odw_tui, project

LEVELS = {"PASS", "WARN", "FAIL", "INFO"}


def test_doctor_as_a_document(home: Path) -> None:
    (home / ".codex/sessions").mkdir(parents=True)
    ran = odw_tui("doctor", "--json", project("a"))
    told = ran.document
    assert told["schema"] == 1
    assert all(set(check) >= {"id", "name", "level", "detail", "fix", "command"} for check in told["checks"])
    assert {check["level"] for check in told["checks"]} <= LEVELS
    assert sum(told["counts"].values()) == len(told["checks"])
    assert ran.code == (1 if told["counts"]["FAIL"] else 0)
    assert {"codex_sessions", "place", "watch_limits", "worktrees", "locks", "left_over", "disk"} <= {
        check["id"] for check in told["checks"]
    }


def test_sessions_that_cannot_be_written_fail_and_so_does_the_command(home: Path) -> None:
    (home / ".codex").mkdir()
    (home / ".codex/sessions").write_text("")
    ran = odw_tui("doctor", "--json", project("a"))
    (check,) = (one for one in ran.document["checks"] if one["id"] == "codex_sessions")
    assert (ran.code, check["level"]) == (1, "FAIL")
    assert check["fix"]
    assert check["command"]


def test_variables_in_conflict_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLLM_MODEL", "gpt-5-codex")
    monkeypatch.setenv("CODEX_MODEL", "gpt-4o")
    ran = odw_tui("doctor", project("a"))
    assert ran.code == 1
    assert any("INTERLLM_MODEL wants gpt-5-codex, but CODEX_MODEL asks for gpt-4o." in line for line in ran.lines)
    assert any(line.strip() == "$ unset CODEX_MODEL" for line in ran.lines)


def test_secrets_are_nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".codex/sessions").mkdir(parents=True)
    (home / ".codex/auth.json").write_text('{"token": "canary-in-auth"}')
    (home / ".codex/config.toml").write_text('key = "canary-in-config"\nbroken\n')
    monkeypatch.setenv("OPENAI_API_KEY", "canary-in-environment")
    ran = odw_tui("doctor", "--json", project("a"))
    assert "canary" not in ran.out + ran.err


def test_without_codex_its_home_is_left_alone(home: Path) -> None:
    (home / ".codex").mkdir()
    (home / ".codex/sessions").write_text("")
    told = odw_tui("doctor", "--json", "--no-codex", project("a")).document
    assert not [check for check in told["checks"] if check["id"].startswith("codex_")]
