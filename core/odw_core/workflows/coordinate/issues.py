"""Issues: where what repositories declare and what they consume does not fit together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odw_core.engines.loose import Json, integer, objects, text
from odw_core.workflows.coordinate.contracts import Artifact, Mapped, Use
from odw_core.workflows.coordinate.mapped import mapped_value
from odw_core.workflows.coordinate.served import Served, first_two, likeness, segments_of

DRIFT, UNDEFINED_PATH, UNDEFINED_OPERATION = "drift", "undefined_path", "undefined_operation"
_PATH, _OPERATION = "http:path:", "graphql:operation:"
_MOST_SIDES = 20
_NEAREST = 3
_MOST_NEAR = 50
_MOST_BESIDE = 500
"""Declared paths with the same two first segments, among which the nearest are looked for."""
_MOST_UNDEFINED = 500
"""Of each kind; nobody reads more."""
_EVERYWHERE = frozenset(
    f"{_PATH}/{name}"
    for name in [
        "health",
        "healthz",
        "live",
        "livez",
        "ready",
        "readyz",
        "metrics",
        "ping",
        "status",
        "version",
        "info",
        "docs",
        "openapi.json",
    ]
) | {"graphql:type:Query", "graphql:type:Mutation", "graphql:type:Subscription"}
"""What unrelated services have in common."""
_NAMELESS = frozenset(
    [
        "api",
        "apis",
        "openapi",
        "swagger",
        "fastapi",
        "asyncapi",
        "service",
        "schema",
        "untitled",
        "title",
        "my-api",
        "rest-api",
    ]
)
"""Titles that a tool or a template gave."""


@dataclass(frozen=True, slots=True)
class Side:
    """One place that takes part in a mismatch."""

    repo: str
    path: str
    line: int
    text: str
    """The line, foreign."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One mismatch."""

    kind: str
    """``drift``, ``undefined_path`` or ``undefined_operation``."""
    id: str
    """The contract id; of a drift the relative path of the file."""
    text: str
    """The sentence that upstream says."""
    declared: tuple[Side, ...] = ()
    """For an undefined path the declared ones that come nearest."""
    consumed: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The contracts of all repositories together."""

    repos: tuple[Mapped, ...] = ()
    issues: tuple[Issue, ...] = ()
    """Sorted by their sentences, each once."""

    @property
    def artifacts(self) -> int:
        """Number of contract files."""
        return sum(len(one.artifacts) for one in self.repos)


def analysis(repos: Sequence[Mapped]) -> Analysis:
    """What fits and what does not."""
    found = [*_drifts(repos), *_undefined_paths(repos), *_undefined_operations(repos)]
    return Analysis(tuple(repos), tuple(sorted({one.text: one for one in found}.values(), key=lambda one: one.text)))


def _drifts(repos: Sequence[Mapped]) -> Iterator[Issue]:
    groups: list[list[tuple[str, Artifact]]] = []
    # What shares no name and no id is not the same contract, so only those that do are looked at.
    sharing: dict[str, dict[int, None]] = {}
    for repo, artifact in ((one.repo, artifact) for one in repos for artifact in one.artifacts):
        signs = {use.id for use in artifact.names} | _declares(artifact)
        near = list(dict.fromkeys(number for sign in sorted(signs) for number in sharing.get(sign, ())))[:_MOST_NEAR]
        number = next(
            (n for n in sorted(near) if any(is_same_contract(artifact, one) for _, one in groups[n])), len(groups)
        )
        if number == len(groups):
            groups.append([])
        groups[number].append((repo, artifact))
        for sign in signs:
            sharing.setdefault(sign, {})[number] = None
    for group in groups:
        names = sorted({repo for repo, _ in group})
        if len(names) < 2 or len({artifact.sense12 or artifact.hash12 for _, artifact in group}) < 2:
            continue
        path = group[0][1].path
        words = f"Contract artifact drift detected for '{path}' across repos: {', '.join(names)}"
        yield Issue(DRIFT, path, words, tuple(_first_side(repo, one) for repo, one in group)[:_MOST_SIDES])


def _first_side(repo: str, artifact: Artifact) -> Side:
    use = min((*artifact.names, *artifact.ids), key=lambda use: (use not in artifact.names, use.line))
    return Side(repo, artifact.path, use.line, use.text)


def is_same_contract(one: Artifact, other: Artifact) -> bool:
    """Whether two files mean the same contract: by what they call themselves, or because they declare the same things.
    That both are called ``openapi.yaml`` says nothing."""
    if _format(one) != _format(other):
        return False
    names = {use.id for use in one.names if _is_telling(use.id)} & {use.id for use in other.names}
    shared, either = _declares(one) & _declares(other), _declares(one) | _declares(other)
    is_alike = len(shared) >= 2 and 2 * len(shared) >= len(either)
    if one.path.lower() == other.path.lower():
        return bool(names) or is_alike
    return is_alike or bool(names and shared)


def _format(artifact: Artifact) -> str:
    """What can be the same contract at all: the kind of its ids."""
    return re.sub(r"\.(?:ya?ml|json|gql|graphql)$", "", artifact.path.lower()).rpartition(".")[2].rpartition("/")[2]


def _is_telling(name: str) -> bool:
    return re.sub(r"[\s_]+", "-", name.partition(":")[2].strip().lower()) not in _NAMELESS


def _declares(artifact: Artifact) -> set[str]:
    return {use.id for use in artifact.ids if not use.id.startswith(("contract:file:", "schema:file:"))} - _EVERYWHERE


def _undefined_paths(repos: Sequence[Mapped]) -> Iterator[Issue]:
    declared = [
        (segments_of(f"{base}{use.id.removeprefix(_PATH)}"), Side(one.repo, use.path, use.line, use.text))
        for one in repos
        for artifact in one.artifacts
        for use in artifact.ids
        if use.id.startswith(_PATH)
        for base in ("", *artifact.bases)
    ]
    if not declared:
        return
    served = Served()
    beside: dict[tuple[str, ...], list[tuple[tuple[str, ...], Side]]] = {}
    for known, side in declared:
        served.add(known)
        beside.setdefault(first_two(known), []).append((known, side))
    missing = (
        (repo, path, uses) for repo, path, uses in _by_id(repos, _PATH) if not served.has(path.removeprefix(_PATH))
    )
    for (repo, contract, uses), _ in zip(missing, range(_MOST_UNDEFINED), strict=False):
        wanted = segments_of(contract.removeprefix(_PATH))
        near = [one for key in {first_two(wanted), (wanted[0], "{}")} for one in beside.get(key, ())[:_MOST_BESIDE]]
        near.sort(key=lambda one: (-likeness(one[0], wanted), one[1].repo, one[1].path, one[1].line))
        yield Issue(
            UNDEFINED_PATH,
            contract,
            f"{repo} consumes undefined API path contract: {contract}",
            tuple(dict.fromkeys(side for _, side in near))[:_NEAREST],
            uses,
        )


def _undefined_operations(repos: Sequence[Mapped]) -> Iterator[Issue]:
    known = {use.id for one in repos for use in one.declared if use.id.startswith(_OPERATION)}
    sides = [Side(one.repo, u.path, u.line, u.text) for one in repos for u in one.declared if u.id in known]
    missing = (one for one in _by_id(repos, _OPERATION) if known and one[1] not in known)
    for (repo, contract, uses), _ in zip(missing, range(_MOST_UNDEFINED), strict=False):
        words = f"{repo} consumes undefined GraphQL contract: {contract}"
        yield Issue(UNDEFINED_OPERATION, contract, words, tuple(sides[:_NEAREST]), uses)


def _by_id(repos: Sequence[Mapped], prefix: str) -> Iterator[tuple[str, str, tuple[Side, ...]]]:
    for one in repos:
        found: dict[str, list[Use]] = {}
        for use in one.consumed:
            if use.id.startswith(prefix):
                found.setdefault(use.id, []).append(use)
        for contract, uses in found.items():
            yield one.repo, contract, tuple(Side(one.repo, u.path, u.line, u.text) for u in uses[:_MOST_SIDES])


def as_upstream(found: Analysis) -> dict[str, object]:
    """``contract-map.json`` (Converge reference §3.3)."""
    return {
        "repos": [_upstream_repo(one) for one in found.repos],
        "issues": sorted({one.text for one in found.issues}),
        "summary": {
            "repo_count": len(found.repos),
            "artifact_count": found.artifacts,
            "issue_count": len(found.issues),
        },
    }


def _upstream_repo(one: Mapped) -> dict[str, object]:
    told = mapped_value(one)
    return {
        "repo_path": one.repo,
        "artifacts": [
            {"path": a.path, "hash": a.hash12, "contract_ids": [use.id for use in a.ids]} for a in one.artifacts
        ],
        "declared_contract_ids": told["declared_contract_ids"],
        "consumed_contract_ids": told["consumed_contract_ids"],
    }


def issue_value(issue: Issue) -> dict[str, object]:
    """As the journal tells it."""
    return {
        "kind": issue.kind,
        "id": issue.id,
        "text": issue.text,
        "declared": [_side_value(side) for side in issue.declared],
        "consumed": [_side_value(side) for side in issue.consumed],
    }


def issue_of(value: Json) -> Issue:
    """What ``issue_value`` said; what is missing is empty."""
    return Issue(
        text(value, "kind"),
        text(value, "id"),
        text(value, "text"),
        tuple(_side(one) for one in objects(value, "declared")),
        tuple(_side(one) for one in objects(value, "consumed")),
    )


def _side_value(side: Side) -> dict[str, object]:
    return {"repo": side.repo, "path": side.path, "line": side.line, "text": side.text}


def _side(value: Json) -> Side:
    return Side(text(value, "repo"), text(value, "path"), integer(value, "line") or 1, text(value, "text"))
