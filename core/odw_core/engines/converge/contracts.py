"""The contract map of a run, and both sides of every mismatch as far as its files name them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from odw_core.engines.converge.acc import ContractAcc, RunAcc
from odw_core.engines.converge.own_rounds import own_mismatches
from odw_core.model.coordination import Mismatch, Side
from odw_core.model.detail import Contract
from odw_core.text.ansi import one_line, plain

_DRIFT = re.compile(r"^Contract artifact drift detected for '(?P<id>.*)' across repos: (?P<repos>.*)$", re.DOTALL)
_UNDEFINED = re.compile(
    r"^(?P<repo>.*) consumes undefined (?P<kind>API path|GraphQL) contract: (?P<id>\S.*)$", re.DOTALL
)
_KINDS = {"API path": "undefined_path", "GraphQL": "undefined_operation"}
_ID = 400


def contracts_of(acc: RunAcc) -> tuple[Contract, ...]:
    """One entry a repo."""
    return tuple(
        Contract(one.repo, tuple(one.declared), tuple(one.consumed), tuple(one.artifacts)) for one in _map(acc)
    )


def mismatches_of(acc: RunAcc) -> tuple[Mismatch, ...]:
    """Every contract issue; what upstream does not write (most lines, what consumes) stays empty."""
    return own_mismatches(acc) or tuple(_mismatch(acc, issue) for issue in acc.issues)


def _map(acc: RunAcc) -> list[ContractAcc]:
    return acc.contracts or acc.mapped


def _mismatch(acc: RunAcc, issue: str) -> Mismatch:
    if (match := _DRIFT.match(issue)) is not None:
        name = match["id"]
        return Mismatch("drift", one_line(name, _ID), plain(issue), tuple(_copies(acc, name)), ())
    if (match := _UNDEFINED.match(issue)) is not None:
        consumers = [one for one in _map(acc) if match["id"] in one.consumed]
        # The repo that is named stands first; it is there even if the map does not know it.
        repos = dict.fromkeys((match["repo"], *(one.repo for one in consumers)))
        consumed = tuple(Side(repo, "", None, plain(match["id"])) for repo in repos)
        return Mismatch(_KINDS[match["kind"]], one_line(match["id"], _ID), plain(issue), (), consumed)
    return Mismatch("contract", "", plain(issue), (), ())


def _copies(acc: RunAcc, name: str) -> Iterator[Side]:
    """Every repo's own copy of a file that drifted: only its digest was kept."""
    for one in _map(acc):
        for path in one.artifacts:
            if path.casefold() == name.casefold():
                digest = one.hashes.get(path, "")
                yield Side(one.repo, plain(path), None, f"digest {one_line(digest, 40)}" if digest else "")
