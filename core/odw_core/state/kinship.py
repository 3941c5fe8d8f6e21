"""Kinship: which sessions belong to which runs, across engines, and what runs learn of them. Pure; knows no engine."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from odw_core.model.address import Address
from odw_core.model.item import Claim, Item, Kind, Tokens, sum_tokens


class _Seen(NamedTuple):
    folder: str | None
    started_at: float
    tokens: Tokens | None
    parent: Address | None


class Kinship:
    """Takes every newest item, and completes it with what others say of it: its parent, the tokens of its children."""

    def __init__(self) -> None:
        self._by_session: dict[tuple[str, str], Address] = {}
        self._in_folder: dict[tuple[str, str], dict[Address, tuple[Claim, ...]]] = {}
        self._claims: dict[Address, tuple[Claim, ...]] = {}
        self._speaker: dict[Address, Address] = {}
        """Who is shown for a claimer: the run a session record belongs to, or the claimer itself."""
        self._seen: dict[Address, _Seen] = {}
        self._works_in: dict[tuple[str, str], set[Address]] = {}
        self._children: dict[Address, set[Address]] = {}
        self._adopted: set[Address] = set()
        """Whose parent was said by others, and goes when they take it back."""

    def take(self, item: Item) -> set[Address]:
        """Note what ``item`` says; the value names those of the others that may look different now."""
        affected = self._take_claims(item)
        address = item.address
        seen = _Seen(item.folder, item.started_at or 0.0, item.tokens, self.parent_of(item))
        before = self._seen.get(address)
        is_alone = seen.folder is None and seen.parent is None and item.kind is not Kind.SESSION
        if before == seen or (before is None and is_alone):
            # Most runs are nobody's: nothing need be remembered of them.
            return affected
        self._drop_seen(address)
        self._seen[address] = seen
        if seen.folder is not None:
            self._works_in.setdefault((address.engine, seen.folder), set()).add(address)
        if seen.parent is not None:
            self._children.setdefault(seen.parent, set()).add(address)
        affected |= {one for one in (seen.parent, before.parent if before else None) if one is not None}
        return affected - {address}

    def _take_claims(self, item: Item) -> set[Address]:
        address = item.address
        speaker = item.parent or address
        if self._claims.get(address, ()) == item.claims and self._speaker.get(address, address) == speaker:
            return set()
        affected = self._drop_claims(address)
        if item.claims:
            self._claims[address], self._speaker[address] = item.claims, speaker
        for claim in item.claims:
            if claim.session is not None:
                self._by_session[claim.engine, claim.session] = address
            elif claim.folder is not None:
                known = self._in_folder.setdefault((claim.engine, claim.folder), {})
                known[address] = (*known.get(address, ()), claim)
            affected |= self._meant(claim)
        return affected

    def _meant(self, claim: Claim) -> set[Address]:
        if claim.session is not None:
            # It may be a run, and of runs that are nobody's nothing is remembered.
            return {Address(claim.engine, claim.session)}
        return set() if claim.folder is None else set(self._works_in.get((claim.engine, claim.folder), ()))

    def forget(self, address: Address) -> set[Address]:
        """The unit is no more; the value names those that lose a parent or a child."""
        affected = self._drop_claims(address)
        seen = self._seen.get(address)
        self._drop_seen(address)
        return affected | ({seen.parent} if seen is not None and seen.parent is not None else set())

    def _drop_claims(self, address: Address) -> set[Address]:
        affected: set[Address] = set()
        self._speaker.pop(address, None)
        for claim in self._claims.pop(address, ()):
            affected |= self._meant(claim)
            if claim.session is not None:
                self._by_session.pop((claim.engine, claim.session), None)
            elif claim.folder is not None:
                self._in_folder.get((claim.engine, claim.folder), {}).pop(address, None)
        return affected

    def _drop_seen(self, address: Address) -> None:
        seen = self._seen.pop(address, None)
        if seen is None:
            return
        if seen.folder is not None:
            self._works_in.get((address.engine, seen.folder), set()).discard(address)
        if seen.parent is not None:
            self._children.get(seen.parent, set()).discard(address)

    def parent_of(self, item: Item) -> Address | None:
        """The run an item is part of: by its own word, by name, or inferred from folder and time."""
        address = item.address
        named = self._by_session.get((address.engine, address.item))
        if named is not None:
            return self._speaker[named]
        if item.folder is not None:
            for claimer, claims in self._in_folder.get((address.engine, item.folder), {}).items():
                if any(_is_meanwhile(claim, item.started_at) for claim in claims):
                    # Who claims what begins in a folder is a run, and stays it also where it is part of another.
                    return claimer
        return None if address in self._adopted else item.parent

    def complete(self, item: Item) -> Item:
        """``item`` with its parent, and with the tokens of its children where its own engine counts none."""
        parent = self.parent_of(item)
        if parent != item.parent:
            item = replace(item, parent=parent)
            self._adopted.add(item.address)
        children = self._children.get(item.address)
        return item if not children else self._with_tokens(item, children)

    def _with_tokens(self, item: Item, children: set[Address]) -> Item:
        """What the sessions of a run say of its tokens, where the run itself says less."""
        counted = [self._seen[child] for child in children if not self._is_said_by_another(child)]
        found = sum_tokens(seen.tokens for seen in counted)
        own = item.tokens
        if found is None or (own is not None and own.input is not None and not own.at_least):
            return item
        if own is not None and found.total == own.total:
            return replace(item, tokens=replace(found, at_least=own.at_least))
        if own is None or (own.at_least and found.total > own.total):
            # Nobody says that these are all the agents it ran.
            return replace(item, tokens=replace(found, at_least=True))
        return item

    def _is_said_by_another(self, session: Address) -> bool:
        """Whether a record that is a child of the same run counts the tokens of this session already."""
        claimer = self._by_session.get((session.engine, session.item))
        seen = None if claimer is None else self._seen.get(claimer)
        return seen is not None and seen.tokens is not None and seen.parent is not None


def _is_meanwhile(claim: Claim, started_at: float | None) -> bool:
    if started_at is None or started_at < claim.since:
        return False
    return claim.until is None or started_at <= claim.until
