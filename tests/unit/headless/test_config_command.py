"""``config``: every setting with its origin, every mistake at once, the schema; nothing of it needs a toolkit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drivers.command import loaded_by, odw_tui, project
from odw_core.config import Config
from odw_tui.actions import ACTIONS
from odw_tui.desk import Desk
from odw_tui.headless.config import as_toml

FILE = ".config/odw-tui/config.toml"


@pytest.fixture
def config(home: Path) -> Path:
    """The person's configuration, with one mistake less than it takes to stop anything."""
    file = home / FILE
    file.parent.mkdir(parents=True)
    file.write_text('# mine\ntheme = "light"\nplaces = ["~/shop"]\n\n[keys]\nsort = "o"\n')
    return file


def test_every_setting_is_shown_with_its_origin(config: Path) -> None:
    shown = odw_tui("config", "show", "--origin", "--no-cache")
    assert shown.code == 0
    assert [line.split() for line in shown.lines[:-2]] == [
        ["key", "value", "from"],
        ["theme", '"light"', f"~/{FILE}:2"],
        ["ascii", "false", "default"],
        ["reduced_motion", "false", "default"],
        ["silent_after_s", "900.0", "default"],
        ["places", f'["{config.parents[2]}/shop"]', f"~/{FILE}:3"],
        ["place_names", "{}", "default"],
        ["cache", "false", "--no-cache"],
        ["codex", "null", "default"],
        ["keep_runs", "200", "default"],
        ["agent_slots", "8", "default"],
        ["converge_server", '"http://127.0.0.1:8080"', "default"],
        ["codex_silence_s", "600.0", "default"],
        ["attention", '"unfocused"', "default"],
        ["attention_bell", "false", "default"],
        ["attention_hook", "[]", "default"],
        ["keys.sort", '["o"]', f"~/{FILE}:6"],
    ]
    assert f"{len(ACTIONS) - 1} more actions have their built-in keys" in shown.err


def test_without_origin_only_the_values_are_shown(config: Path) -> None:
    shown = odw_tui("config", "show")
    assert shown.lines[0].split() == ["key", "value"]
    assert "default" not in shown.out


def test_the_document_has_every_key_of_every_action(config: Path) -> None:
    document = odw_tui("config", "show", "--json").document
    assert (document["schema"], document["file"], document["exists"]) == (1, str(config), True)
    settings = {one["key"]: one for one in document["settings"]}
    assert set(settings) == {key for key in Config.__slots__ if key != "keys"} | {f"keys.{one.id}" for one in ACTIONS}
    assert settings["keys.sort"]["origin"] == {"source": "file", "file": str(config), "line": 6}
    assert settings["keys.open"] == {"key": "keys.open", "value": ["enter"], "origin": {"source": "default"}}


def test_what_the_environment_decides_is_told_by_the_name_of_the_variable(home: Path) -> None:
    around = {"COLORFGBG": "0;15", "TEXTUAL_ANIMATIONS": "none", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    settings = odw_tui("config", "show", "--json", env=around).document["settings"]
    found = {one["key"]: (one["value"], one["origin"].get("name")) for one in settings}
    assert found["theme"] == ("light", "COLORFGBG")
    assert found["reduced_motion"] == (True, "TEXTUAL_ANIMATIONS")
    assert found["ascii"] == (True, "LC_ALL")


def test_a_value_is_written_as_the_file_would_have_it() -> None:
    assert as_toml({"/srv/shop": "shop"}) == '{ "/srv/shop" = "shop" }'
    assert as_toml(("a", "b")) == '["a", "b"]'
    assert "\x9b" not in as_toml("\x9b31m") and "\u202e" not in as_toml("\u202etxt")


def test_what_was_typed_is_stronger_than_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('theme = "light"\n')
    desk = Desk(file, typed={"theme": ("--theme", "ansi")}, environ={"COLORFGBG": "15;0"})
    theme = next(one for one in desk.settings() if one.key == "theme")
    assert (theme.value, theme.origin.words) == ("ansi", "--theme")


def test_a_right_configuration_is_valid(config: Path) -> None:
    checked = odw_tui("config", "validate")
    assert (checked.code, checked.out) == (0, f"~/{FILE} is right.\n")
    assert odw_tui("config", "validate", "--json").document["valid"] is True


def test_without_a_file_everything_is_as_built_in(home: Path) -> None:
    checked = odw_tui("config", "validate")
    assert (checked.code, checked.out) == (0, f"~/{FILE} does not exist, so everything is as built in.\n")


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines(config: Path) -> None:
    config.write_text(
        'theem = "light"\nascii = 3\nsilent_after_s = -1\ntheme = "drak"\n\n'
        '[keys]\nopne = "x"\nsort = "o"\nfilter = ["o", "Esc"]\nproblems = "f"\n'
    )
    themes = config.parent / "themes"
    themes.mkdir()
    (themes / "dusk.toml").write_text('name = "dawn"\n')
    (themes / "dark.toml").write_text("")
    checked = odw_tui("config", "validate")
    assert checked.code == 3
    assert checked.lines == [
        f"{config}:1: 'theem' is no key; did you mean 'theme'?",
        f"{config}:2: 'ascii' should be a valid boolean, not 3.",
        f"{config}:3: 'silent_after_s' should be more than 0 seconds.",
        f"{config}:4: 'theme' is 'drak', which is no theme; did you mean 'dark'?",
        f"{config}:7: 'keys.opne' is no action; did you mean 'open'?",
        f"{config}:8: 'keys.sort' shares 'o' with 'filter' (room); give one of them another key.",
        f"{config}:9: 'keys.filter' holds 'Esc', which is no key; did you mean 'escape'?",
        f"{themes}/dark.toml:1: 'dark' is the name of a built-in theme, which stays; rename the file.",
        f"{themes}/dusk.toml:1: the theme says nothing about background, blocked, done, failed, faint, idle, is_dark, "
        "line, normal, quiet, raised, running, stale, strong, waiting.",
    ]
    document = odw_tui("config", "validate", "--json").document
    assert [(one["line"], one["key"], one["nearest"]) for one in document["problems"]][:2] == [
        (1, "theem", "theme"),
        (2, "ascii", None),
    ]


def test_a_key_that_leaves_an_action_without_any_is_a_note_and_no_mistake(config: Path) -> None:
    config.write_text('[keys]\nfilter = "s"\n')
    checked = odw_tui("config", "validate")
    assert checked.code == 0
    assert checked.lines[1:] == ["sort has no key left in room, since filter took s."]


@pytest.mark.parametrize("text", ["theme =", "theme = 'a'\ntheme = 'b'"])
def test_what_is_no_toml_is_one_mistake_with_its_line(config: Path, text: str) -> None:
    config.write_text(text)
    checked = odw_tui("config", "validate", "--json")
    assert checked.code == 3
    (problem,) = checked.document["problems"]
    assert problem["line"] >= 1 and problem["sentence"].startswith(f"{config}:{problem['line']}: not valid TOML: ")


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    checked = odw_tui("config", "validate", "--config", str(tmp_path / "none.toml"))
    assert (checked.code, checked.lines) == (
        3,
        [f"{tmp_path}/none.toml does not exist; --config names a TOML file."],
    )


def test_a_conflict_of_keys_ends_every_command_with_one_sentence(config: Path) -> None:
    config.write_text('[keys]\nsort = "o"\nfilter = "o"\n')
    status = odw_tui("status", project("d"))
    assert (status.code, status.out) == (3, "")
    assert status.err == (
        f"odw-tui: {config}:2: 'keys.sort' shares 'o' with 'filter' (room); give one of them another key.\n"
    )


def test_a_theme_of_ones_own_may_be_chosen_by_its_name(config: Path) -> None:
    config.write_text('theme = "dusk"\n')
    assert odw_tui("status", project("d")).code == 3
    (config.parent / "themes").mkdir()
    (config.parent / "themes" / "dusk.toml").write_text("broken")
    assert odw_tui("status", project("d")).code == 0


def test_the_schema_names_themes_and_actions(home: Path) -> None:
    made = json.loads(odw_tui("config", "schema").out)
    assert "tritanopia" in made["properties"]["theme"]["enum"]
    assert "open" in made["properties"]["keys"]["propertyNames"]["enum"]
    assert set(made["properties"]) == set(Config.__slots__)


def test_a_file_in_a_workspace_changes_no_setting(tmp_path: Path) -> None:
    for name in (".odw-tui.toml", "config.toml", ".config/odw-tui/config.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('theme = "light"\nnonsense = 1\n')
    shown = odw_tui("config", "show", cwd=tmp_path)
    assert (shown.code, shown.lines[1].split()) == (0, ["theme", '"dark"'])


@pytest.mark.parametrize("words", [("config", "show"), ("completion", "bash"), ("completion", "addresses")])
def test_none_of_it_loads_a_toolkit(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) & {"textual", "pydantic", "aiosqlite", "watchfiles", "asyncio", "tomlkit"} == set()
