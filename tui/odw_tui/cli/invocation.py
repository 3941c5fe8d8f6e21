"""Invocation: one command with its configuration, places, room and the road of its wishes. Prints nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from odw_core.config import Config, load_config
from odw_core.errors import Refused
from odw_core.paths import CONFIG_VARIABLE, user_paths
from odw_tui.headless.arguments import Given

if TYPE_CHECKING:
    from odw_core.model.change import Snapshot
    from odw_core.service.oneshot import Room
    from odw_core.service.submit import Submitter
    from odw_tui.desk import Desk

# Exit codes that are no error of ours.
FINE = 0
FAILURE = 1
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command with everything it was given."""

    given: Given
    config: Config

    @property
    def places(self) -> tuple[str, ...]:
        from odw_tui.headless.roots import chosen_homes, chosen_places

        homes = () if self.given.no_codex else chosen_homes(self.given.codex_home, os.environ)
        return (*chosen_places(self.given.roots, self.config.places), *homes)

    @property
    def cache(self) -> Path | None:
        from odw_core.index.schema import FILE_NAME

        is_kept = self.config.cache and not self.given.no_cache
        return user_paths().cache / FILE_NAME if is_kept else None

    @property
    def is_ascii(self) -> bool:
        from odw_tui.headless.stdio import has_letters

        return self.config.ascii or not has_letters()

    @contextmanager
    def room(self, *, is_whole: bool = False) -> Iterator[Room]:
        """The room as it is now; unless ``is_whole`` only counts, what waits, and what is asked for by its address."""
        from odw_core.service.oneshot import open_room

        room = open_room(self.places, self.config, cache=self.cache, is_whole=is_whole)
        try:
            yield room
        finally:
            room.close()


def configuration(given: Given) -> Config:
    """What the person set down, with what was typed laid over it."""
    file = config_file(given)
    config = load_config(file, must_exist=given.config is not None)
    if given.config is not None:
        # The supervisors that are started from here read it as well.
        os.environ[CONFIG_VARIABLE] = str(file.absolute())
    if config.theme is not None or config.keys or given.theme is not None:
        from odw_tui.headless.names import check_names

        check_names(config, file, given.theme, user_paths().themes)
    from odw_tui.motion import wants_no_motion

    return replace(
        config,
        theme=given.theme or config.theme,
        ascii=given.is_ascii or config.ascii,
        reduced_motion=config.reduced_motion or wants_no_motion(os.environ),
    )


def config_file(given: Given) -> Path:
    """Where the person's configuration lies."""
    return Path(given.config).expanduser() if given.config else user_paths().config_file


def desk(given: Given) -> Desk:
    """Where settings are looked up and written down, with what was typed laid over them."""
    from odw_tui.desk import Desk
    from odw_tui.headless.stdio import has_letters

    typed = {
        "theme": ("--theme", given.theme, given.theme is not None),
        "ascii": ("--ascii", True, given.is_ascii),
        "cache": ("--no-cache", False, given.no_cache),
        "places": ("--root", tuple(given.roots), bool(given.roots)),
    }
    return Desk(
        config_file(given),
        must_exist=given.config is not None,
        typed={key: (option, value) for key, (option, value, is_typed) in typed.items() if is_typed},
        environ=os.environ,
        has_letters=has_letters(),
    )


def submitter_of(invocation: Invocation, snapshot: Callable[[], Snapshot], where: str) -> Submitter:
    """The road of this person's wishes."""
    from odw_core.service.submit import Submitter

    homes = invocation.given.codex_home
    return Submitter(
        user_paths().state,
        invocation.config,
        read_only=invocation.given.read_only,
        snapshot=snapshot,
        where=where,
        codex_home=homes[0] if homes else None,
    )


def refuse_if_read_only(invocation: Invocation) -> None:
    """Raises ``Refused`` where the command must change nothing."""
    if invocation.given.read_only:
        from odw_core.service.submit import READ_ONLY

        raise Refused(READ_ONLY)
