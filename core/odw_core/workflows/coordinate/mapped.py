"""Mapped: one repository's contract files and sources become what it declares and consumes, and plain JSON. Pure."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, integer, objects, text, texts
from odw_core.workflows.coordinate.consumed import consumed
from odw_core.workflows.coordinate.contracts import Artifact, Mapped, Use, is_contract, parse_contract

_MOST_USES = 5_000


class RepoMap:
    """Takes the files of one repository one by one, so that never all of them are in memory."""

    def __init__(self, repo: str) -> None:
        self._repo = repo
        self._artifacts: list[Artifact] = []
        self._consumed: list[Use] = []
        self._is_cut = False

    def add(self, path: str, data: bytes) -> None:
        """Take in one file; one that is neither contract nor source says nothing."""
        if is_contract(path):
            artifact = parse_contract(path, data)
            if artifact is not None:
                self._artifacts.append(artifact)
            return
        found = consumed(path, data)
        room = _MOST_USES - len(self._consumed)
        self._is_cut = self._is_cut or len(found) > room
        self._consumed += found[:room]

    def mapped(self) -> Mapped:
        """All of it."""
        return Mapped(
            self._repo,
            tuple(sorted(self._artifacts, key=lambda one: one.path)),
            tuple(sorted(self._consumed, key=lambda use: (use.id, use.path, use.line))),
            self._is_cut,
        )


def mapped_value(mapped: Mapped) -> dict[str, object]:
    """As the journal tells it: upstream's words for one repository (Converge reference §3.3), and the lines."""
    return {
        "repo_path": mapped.repo,
        "artifacts": [
            {
                "path": one.path,
                "hash": one.hash12,
                "contract_ids": [use.id for use in one.ids],
                "ids": [_use_value(use) for use in one.ids],
                "names": [_use_value(use) for use in one.names],
                "bases": list(one.bases),
                "sense": one.sense12,
            }
            for one in mapped.artifacts
        ],
        "declared_contract_ids": sorted({use.id for use in mapped.declared}),
        "consumed_contract_ids": sorted({use.id for use in mapped.consumed}),
        "consumed": [_use_value(use) for use in mapped.consumed],
        "is_cut": mapped.is_cut,
    }


def mapped_of(value: Json) -> Mapped:
    """What ``mapped_value`` said; what is missing is empty."""
    return Mapped(
        text(value, "repo_path"),
        tuple(
            Artifact(
                text(one, "path"),
                text(one, "hash"),
                tuple(_use(use) for use in objects(one, "ids")),
                tuple(_use(use) for use in objects(one, "names")),
                tuple(texts(one, "bases")),
                text(one, "sense"),
            )
            for one in objects(value, "artifacts")
        ),
        tuple(_use(use) for use in objects(value, "consumed")),
        flag(value, "is_cut") is True,
    )


def _use_value(use: Use) -> dict[str, object]:
    return {"id": use.id, "path": use.path, "line": use.line, "text": use.text}


def _use(value: Json) -> Use:
    return Use(text(value, "id"), text(value, "path"), integer(value, "line") or 1, text(value, "text"))
