"""Half-way: the one line that says which repositories of a campaign have landed and which have not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from odw_core.text.ansi import one_line

LANDED, ENDED_BADLY = ("landed", "verified"), ("failed", "stopped")
"""States of a repository: its change is in its tree; nothing of it will be."""
_NAMES, _WHY = 4_000, 200


class Standing(NamedTuple):
    """Where one repository is."""

    name: str
    """What people call it."""
    state: str
    why: str


def half_way(repos: Sequence[Standing]) -> str:
    """Which have landed, which not, and why the first of those did not: ``landed: api; not landed: web; web failed: …``
    (as far as there is any)."""
    landed = [one for one in repos if one.state in LANDED]
    others = [one for one in repos if one.state not in LANDED]
    said = [f"landed: {names(landed)}"] if landed else []
    said += [f"not landed: {names(others)}"] if others else []
    # What never came to its turn says of whom it waited; what broke says more.
    bad = sorted((one for one in others if one.state in ENDED_BADLY), key=lambda one: ENDED_BADLY.index(one.state))
    if bad:
        said.append(f"{bad[0].name} {bad[0].state}" + (f": {one_line(bad[0].why, _WHY)}" if bad[0].why else ""))
    said += [
        f"{one.name} landed but its verification failed: {one_line(one.why, _WHY)}"
        for one in landed
        if one.state == "landed" and one.why
    ]
    return "; ".join(said)


def names(repos: Sequence[Standing]) -> str:
    """Their names, as a list in a sentence."""
    return one_line(", ".join(one.name for one in repos), _NAMES)
