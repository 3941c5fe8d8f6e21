"""Where odw-tui keeps its own things."""

from __future__ import annotations

from pathlib import Path

import pytest

from odw_core.errors import ConfigError
from odw_core.paths import user_paths


def test_the_xdg_folders_are_used() -> None:
    paths = user_paths({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"})
    assert (paths.config, paths.state, paths.cache) == (Path("/c/odw-tui"), Path("/s/odw-tui"), Path("/k/odw-tui"))
    assert paths.config_file == Path("/c/odw-tui/config.toml")


@pytest.mark.parametrize("given", [{}, {"XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "relative/is/ignored"}])
def test_without_them_the_usual_places_at_home_are(given: dict[str, str]) -> None:
    paths = user_paths({"HOME": "/home/ada", **given})
    assert paths.config == Path("/home/ada/.config/odw-tui")
    assert paths.state == Path("/home/ada/.local/state/odw-tui")
    assert paths.cache == Path("/home/ada/.cache/odw-tui")


def test_a_home_that_is_no_absolute_path_is_told() -> None:
    with pytest.raises(ConfigError, match="set HOME to its absolute path"):
        user_paths({"HOME": "here"})
