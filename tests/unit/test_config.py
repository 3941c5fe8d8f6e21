"""The configuration: right ones are read without pydantic, wrong ones are told with file, line, key and nearest key."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odw_core.config import Config, load_config, parse_config
from odw_core.config_check import mistakes_in, schema
from odw_core.config_mistakes import misnamed
from odw_core.config_origin import origins
from odw_core.errors import ConfigError

FILE = Path("/home/ada/.config/odw-tui/config.toml")


def reason(text: str) -> str:
    """What is said about a configuration that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, FILE)
    return str(caught.value)


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse_config("", FILE) == Config()


def test_every_key_can_be_set() -> None:
    text = """
        theme = "light"
        ascii = true
        reduced_motion = true
        silent_after_s = 60
        places = ["/srv/shop", "billing"]
        cache = false

        [keys]
        open = ["o", "enter"]
        help = "f1"
    """
    assert parse_config(text, FILE) == Config(
        theme="light",
        ascii=True,
        reduced_motion=True,
        silent_after_s=60,
        places=("/srv/shop", "/home/ada/.config/odw-tui/billing"),
        keys={"open": ("o", "enter"), "help": ("f1",)},
        cache=False,
    )


def test_a_place_may_start_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert parse_config('places = ["~/work"]', FILE).places == ("/home/ada/work",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('theem = "light"', "{file}:1: 'theem' is no key; did you mean 'theme'?"),
        ("# mine\n\nlanes = 3", "{file}:3: 'lanes' is no key; did you mean 'places'?"),
        (
            "zzz = 1",
            "{file}:1: 'zzz' is no key; there are agent_slots, ascii, attention, attention_bell, attention_hook,",
        ),
        ("[sounds]\nloud = true", "{file}:1: 'sounds' is no key; there are agent_slots, ascii,"),
        ('ascii = "yes"', "{file}:1: 'ascii' should be a valid boolean, not \"yes\"."),
        ("ascii = 1", "{file}:1: 'ascii' should be a valid boolean, not 1."),
        ("theme = 2026-01-01", "{file}:1: 'theme' should be a valid string, not \"2026-01-01\"."),
        ("cache = true\nsilent_after_s = -1", "{file}:2: 'silent_after_s' should be more than 0 seconds."),
        ("silent_after_s = nan", "{file}:1: 'silent_after_s' should be more than 0 seconds."),
        ("silent_after_s = true", "{file}:1: 'silent_after_s' should be a valid number, not true."),
        ('places = "~/work"', "{file}:1: 'places' should be a valid array, not \"~/work\"."),
        ('places = ["~/work", 3]', "{file}:1: 'places' should be a valid string, not 3."),
        ("[keys]\nopen = ['o']\nhelp = 3", "{file}:3: 'keys.help' should be a valid array, not 3."),
        ("keys = 3", "{file}:1: 'keys' should be an object, not 3."),
        ("keys.help = 3", "{file}:1: 'keys.help' should be a valid array, not 3."),
        ("cache = true\ntheme =", "{file}:2: not valid TOML: Invalid value"),
        ('theme = "light', "{file}:1: not valid TOML: "),
        ("ascii = 1\nthmee = 2", "{file}:1: 'ascii' should be a valid boolean, not 1."),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_key(text: str, said: str) -> None:
    assert reason(text).startswith(said.format(file=FILE))


def test_a_name_that_only_the_screen_knows_is_told_alike(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = '\n[keys]\nopne = "o"\n'
    assert misnamed(file, text, ("keys", "opne"), "is no action", "opne", ["open", "help"]).sentence == (
        f"{file}:3: 'keys.opne' is no action; did you mean 'open'?"
    )


def test_only_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert load_config(tmp_path / "none.toml", must_exist=False) == Config()
    with pytest.raises(ConfigError, match=r"none\.toml does not exist"):
        load_config(tmp_path / "none.toml", must_exist=True)


def test_what_is_no_text_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_config(tmp_path, must_exist=True)
    (tmp_path / "latin.toml").write_bytes(b'theme = "gr\xfcn"')
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load_config(tmp_path / "latin.toml", must_exist=True)


def test_a_right_file_costs_no_pydantic(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('theme = "light"\nplaces = ["/srv"]\nkeys = { open = ["o"] }\n')
    told = "import sys; from pathlib import Path; from odw_core.config import load_config;"
    told += "load_config(Path(sys.argv[1]), must_exist=True); print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_every_mistake_is_found_at_once_in_the_order_of_the_lines() -> None:
    text = 'theem = "light"\nascii = "yes"\nsilent_after_s = 0\nplaces = [1, 2]\n[keys]\nopen = 3\n'
    assert [(one.line, one.key, one.nearest) for one in mistakes_in(text, FILE)] == [
        (1, "theem", "theme"),
        (2, "ascii", None),
        (3, "silent_after_s", None),
        (4, "places", None),
        (6, "keys.open", None),
    ]


def test_a_right_file_has_no_mistakes() -> None:
    assert mistakes_in('theme = "light"\nkeys.open = "o"\n', FILE) == ()


@given(
    st.text()
    | st.from_regex(r'((theme|ascii|keys|places|\[keys\]|open) ?=? ?("a"|\[\]|3|true)?\r?\n)+', fullmatch=True)
)
def test_any_text_is_a_configuration_or_has_mistakes_with_lines(text: str) -> None:
    try:
        parse_config(text, FILE)
    except ConfigError as first:
        try:
            found = mistakes_in(text, FILE)
        except ConfigError as broken:
            assert str(broken) == str(first)
        else:
            assert found[0].sentence == str(first)
            assert all(one.line >= 1 for one in found)
    else:
        assert mistakes_in(text, FILE) == ()


def test_the_schema_knows_every_key_and_what_it_means() -> None:
    made = schema()
    assert set(made["properties"]) == {one.name for one in fields(Config)}
    assert all(one["description"] for one in made["properties"].values())
    assert made["properties"]["theme"]["type"] == "string"
    assert made["properties"]["silent_after_s"]["exclusiveMinimum"] == 0
    assert made["additionalProperties"] is False
    assert "null" not in json.dumps(made)


def test_the_origin_of_a_setting_is_its_line() -> None:
    text = '# mine\ntheme = "light"\n\n[keys]\nopen = "o"\n'
    assert {key: origin.words for key, origin in origins(text, FILE).items()} == {
        "theme": f"{FILE}:2",
        "ascii": "default",
        "reduced_motion": "default",
        "silent_after_s": "default",
        "places": "default",
        "place_names": "default",
        "keys": f"{FILE}:4",
        "keys.open": f"{FILE}:5",
        "cache": "default",
        "codex": "default",
        "converge_server": "default",
        "codex_silence_s": "default",
        "keep_runs": "default",
        "agent_slots": "default",
        "attention": "default",
        "attention_bell": "default",
        "attention_hook": "default",
    }
