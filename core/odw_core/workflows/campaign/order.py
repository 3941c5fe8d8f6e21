"""Order: which repositories there are, what each does and after whom. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from odw_core.engines.loose import Json, text, texts
from odw_core.text.ansi import one_line


class NoOrder(ValueError):
    """The campaign cannot be followed as it was typed; a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One repository of a campaign."""

    repo: str
    """Absolute path."""
    base: str
    """Short name, its own in the campaign."""
    spec: str = field(repr=False)
    """What it does, as its run is told."""
    after: tuple[str, ...] = ()
    """Paths of those that have to land first."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the spec in hex: what was approved."""
        return hashlib.sha256(self.spec.encode("utf-8", "replace")).hexdigest()


def named(name: str, repos: Sequence[str], bases: Mapping[str, str], path: str) -> str:
    """The repository that a person means: by its path (``path`` is what they typed, made absolute) or its short name.

    Raises ``NoOrder``.
    """
    if path in repos:
        return path
    found = [repo for repo in repos if name in (bases[repo], repo.rpartition("/")[2])]
    if len(found) == 1:
        return found[0]
    listed = one_line(", ".join(bases[repo] for repo in repos), 300)
    what = "could be several" if found else "is none"
    raise NoOrder(f"{one_line(name, 200)} {what} of the campaign's repositories: {listed}.")


def check_order(wanted: Sequence[Wanted]) -> None:
    """Raises ``NoOrder`` when repositories wait for each other in a circle, or for themselves."""
    done: set[str] = set()
    left = [*wanted]
    while left:
        ready = [one for one in left if set(one.after) <= done]
        if not ready:
            names = one_line(", ".join(one.base for one in left), 300)
            raise NoOrder(f"These repositories wait for each other, so none of them could start: {names}.")
        done |= {one.repo for one in ready}
        left = [one for one in left if one.repo not in done]


def wanted_value(one: Wanted) -> dict[str, object]:
    """As a step keeps it."""
    return {"repo": one.repo, "base": one.base, "spec": one.spec, "after": [*one.after]}


def wanted_of(value: Json) -> Wanted:
    """What ``wanted_value`` said."""
    return Wanted(text(value, "repo"), text(value, "base"), text(value, "spec"), tuple(texts(value, "after")))
