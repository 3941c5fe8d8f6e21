"""Rules that need no look at paths: a program that is always risky, or only with one of some words."""

from __future__ import annotations

from odw_core.decide.commands.judging import Handler, Judging
from odw_core.decide.commands.shell import SimpleCommand, Word


def always(word: str, why: str) -> Handler:
    """Risky whatever it is told."""

    def handle(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
        judging.add(word, why)

    return handle


def verbs(word: str, why: str, named: str) -> Handler:
    """Risky only with one of the words in ``named``."""
    risky = frozenset(named.split())

    def handle(judging: Judging, words: list[Word], command: SimpleCommand) -> None:
        if any(one.text in risky or not one.is_known for one in words[1:]):
            judging.add(word, why)

    return handle
