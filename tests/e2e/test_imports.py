"""What a command loads: a prompt that asks for status every second must not wait for a toolkit it never uses."""

from __future__ import annotations

import pytest

from drivers.command import loaded_by, loaded_by_importing, project

HEAVY = {"textual", "pydantic", "aiosqlite", "watchfiles", "asyncio"}


@pytest.mark.parametrize(
    "words",
    [
        ["status", project("d")],
        ["status", "--json", project("d")],
        ["status", "-q", project("d")],
        ["list", project("d")],
        ["list", "--json", project("d")],
        ["inbox", project("d")],
        ["inbox", "--json", project("d")],
        ["show", "latest", "--root", project("d")],
        ["logs", "latest", "--root", project("d")],
        ["inspect", project("d")],
        [project("d")],
    ],
    ids=" ".join,
)
def test_a_command_that_prints_and_ends_loads_nothing_heavy(words: list[str]) -> None:
    assert loaded_by(*words) & HEAVY == set()


def test_a_configuration_that_is_right_changes_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("config") / "config.toml"
    file.write_text('theme = "light"\nsilent_after_s = 60\nkeys = { open = ["o"] }\n')
    assert loaded_by("status", "--config", str(file), project("d")) & HEAVY == set()


def test_the_command_line_itself_loads_nothing_heavy() -> None:
    assert loaded_by_importing("odw_tui.cli") & (HEAVY | {"rich", "sqlite3", "json"}) == set()


def test_watching_loads_no_screen() -> None:
    assert "textual" not in loaded_by_importing("odw_tui.headless.watch, odw_core.service.live")
