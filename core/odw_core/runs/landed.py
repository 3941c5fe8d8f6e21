"""What a landing is about and what came of it: candidates, approvals, versions of a file, the plan. Touches no disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from odw_core.decide.digest import digest
from odw_core.engines.loose import Json, flag, integer, mapping, objects, parse_object, text
from odw_core.runs.blobs import name_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a gate decides about. ``digest`` is the digest of the gate's ``Question``: nothing else may be put in it."""

    run_id: str
    patch: bytes = field(repr=False)
    """The combined patch, as it will land."""
    base: str
    """Commit that it was made and reviewed against."""
    round: int
    blockers: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    """Whatever else was shown and decides: (name, text)."""

    @property
    def digest(self) -> str:
        """SHA-256 (64 hex digits) over all of it."""
        return digest(
            {
                "run": self.run_id,
                "patch": name_of(self.patch),
                "base": self.base,
                "round": self.round,
                "blockers": [*self.blockers],
                "more": [[*one] for one in self.more],
            }
        )


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a candidate land. Counts only if the audit log says the same."""

    digest: str
    """Of the decision (``Decision.digest``), or of the candidate that a policy let through."""
    by: str


@dataclass(frozen=True, slots=True)
class Version:
    """What a file is at one moment. A file that is not there has nothing but empty fields."""

    digest: str = ""
    """SHA-256 of the content (of a link: of what it names)."""
    mode: str = ""
    """``100644``, ``100755``, ``120000``; something else in words (``folder``); ``""`` for no file."""
    blob: str = ""
    """Name of the content in the run's blobs; ``""`` where none is kept."""
    permissions: int = 0
    """Bits of a file, 0 where they are not known."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that is neither what was reviewed nor what lands."""

    path: str
    before: Version
    after: Version
    found: Version
    reason: str
    """One sentence."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What came of a landing."""

    ok: bool
    files: tuple[str, ...]
    """Every file of the patch, in its order."""
    applied: int
    """How many of them hold what lands, now."""
    base: str
    category: str = ""
    """``""`` when it landed, else ``patch_conflict``, ``corrupt_patch``, ``no_changes``, ``not_approved``,
    ``not_written``."""
    error: str = ""
    """One sentence with the next step; empty when it landed."""
    pictures: tuple[Picture, ...] = ()
    digest: str = ""
    """Of the candidate."""

    @property
    def value(self) -> dict[str, object]:
        """As upstream words it, plain JSON: ``ok applied failed partial results``; ours besides: ``category``,
        ``pictures``."""
        ended: dict[str, object] = {"ok": self.ok, "applied": self.ok, "files": [*self.files], "base": self.base}
        if self.error:
            ended["error"] = self.error
        return {
            "ok": self.ok,
            "applied": int(self.ok),
            "failed": int(not self.ok),
            "partial": not self.ok and self.applied > 0,
            "results": [ended],
            "category": self.category,
            "pictures": [asdict(one) for one in self.pictures],
        }


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file of a landing. ``slot`` is where it waits in the stage."""

    path: str
    before: Version
    after: Version
    slot: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a landing changes. Once written it is never changed, only renamed by how far it came."""

    token: str
    """Names the stage; nobody can guess it."""
    digest: str
    base: str
    patch: str
    """Blob of the patch."""
    by: str
    stage: str
    """Folder that the stage is made in."""
    knows_modes: bool
    """Whether this repository tells programs from other files by their mode."""
    names: tuple[str, ...]
    """Every file of the patch, in its order."""
    files: tuple[FilePlan, ...]
    """Those that change, in the order in which they do: first what goes."""
    folders: Mapping[str, int]
    """Folders above the files that were there before, with their permissions."""

    def encode(self) -> bytes:
        """As JSON, whatever the paths are made of."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True).encode()


def pictures_of(value: Json) -> tuple[Picture, ...]:
    """The pictures in ``Landed.value``."""
    return tuple(
        Picture(
            text(one, "path"),
            _version(mapping(one, "before")),
            _version(mapping(one, "after")),
            _version(mapping(one, "found")),
            text(one, "reason"),
        )
        for one in objects(value, "pictures")
    )


def decode_plan(data: bytes) -> Plan | None:
    """None when it is none."""
    told = parse_object(data)
    if told is None or not text(told, "token") or not text(told, "digest"):
        return None
    names, folders = told.get("names"), mapping(told, "folders")
    return Plan(
        token=text(told, "token"),
        digest=text(told, "digest"),
        base=text(told, "base"),
        patch=text(told, "patch"),
        by=text(told, "by"),
        stage=text(told, "stage"),
        knows_modes=flag(told, "knows_modes") is True,
        names=tuple(str(name) for name in names) if isinstance(names, list) else (),
        files=tuple(_file(one) for one in objects(told, "files")),
        folders={path: bits for path in folders if (bits := integer(folders, path)) is not None},
    )


def _file(told: Json) -> FilePlan:
    before, after = mapping(told, "before"), mapping(told, "after")
    return FilePlan(text(told, "path"), _version(before), _version(after), text(told, "slot"))


def _version(told: Json) -> Version:
    return Version(text(told, "digest"), text(told, "mode"), text(told, "blob"), integer(told, "permissions") or 0)
