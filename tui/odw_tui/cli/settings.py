"""The commands about the program itself: its configuration, and what a shell completes. They open no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odw_core.config import Config
from odw_core.errors import OdwError
from odw_core.paths import user_paths
from odw_tui.cli.invocation import FINE, Invocation, config_file, configuration, desk
from odw_tui.cli.printing import narrate, print_answer
from odw_tui.headless.arguments import Given

if TYPE_CHECKING:
    from odw_tui.headless.answer import Answer


def config(given: Given) -> int:
    """Show, check or describe the configuration."""
    from odw_tui.headless import config

    file, themes = config_file(given), user_paths().themes
    match given.about:
        case "show":
            answer = config.show(desk(given), has_origin=given.has_origin)
        case "validate":
            answer = config.validate(file, themes, must_exist=given.config is not None)
        case _:
            answer = config.schema(themes)
    print_answer(answer, Invocation(given, Config(ascii=given.is_ascii)))
    for note in answer.notes:
        narrate(note)
    return answer.exit_code


def completion(given: Given) -> int:
    """Print the script of a shell, or what it asks for."""
    from odw_tui.headless import completion
    from odw_tui.headless.options import ASKED_BY_SHELLS

    answer = completion.script(given.about) if given.about not in ASKED_BY_SHELLS else _candidates(given)
    print_answer(answer, Invocation(given, Config()))
    return FINE


def _candidates(given: Given) -> Answer:
    """What a shell asks for while somebody types; nothing when something is wrong, for nobody could read that."""
    from odw_tui.headless.completion import candidates
    from odw_tui.headless.names import known_themes

    if given.about == "themes":
        return candidates(known_themes(user_paths().themes))
    try:
        return candidates(("latest", *_known_addresses(Invocation(given, configuration(given)))))
    except (OdwError, OSError):
        return candidates(())


def _known_addresses(invocation: Invocation) -> list[str]:
    """The newest addresses that the cache has; while it is empty, one look at the disk fills it."""
    from odw_core.service.first_page import first_snapshot

    items = first_snapshot(invocation.places, invocation.cache).items
    if not items and invocation.cache is not None:
        with invocation.room() as room:
            items = room.snapshot.items
    newest = sorted(items.values(), key=lambda item: item.changed_at or 0, reverse=True)
    return [str(item.address) for item in newest]
