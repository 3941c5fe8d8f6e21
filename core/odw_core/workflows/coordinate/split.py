"""Split: who does what for the goal; asked of an agent, read from its answer, or told by the repositories. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from odw_core.engines.loose import Json, objects, text, texts
from odw_core.text.ansi import one_line
from odw_core.workflows.coordinate.classify import Evidence, shown
from odw_core.workflows.coordinate.wording import fenced, listed, section
from odw_core.workflows.parallel_review_apply.answer import read_answer

_MOST_DUTIES = 20
_TEXTS: dict[str, object] = {"type": "array", "items": {"type": "string"}}
SPLIT_SCHEMA: dict[str, object] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "assignments": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "repo": {"type": "string", "description": "the path of a repository, letter for letter as given"},
                    "duties": {**_TEXTS, "description": "what this repository is to do, one sentence each"},
                },
                "required": ["repo", "duties"],
            },
        },
        "rationale": {"type": "string", "description": "why the work is split like this"},
        "risks": _TEXTS,
        "questions_for_hitl": {**_TEXTS, "description": "what only a person can decide; empty when nothing is"},
    },
    "required": ["assignments", "rationale", "risks", "questions_for_hitl"],
}
"""JSON Schema of a splitter's answer."""


@dataclass(frozen=True, slots=True)
class Split:
    """Who does what."""

    assignments: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(repository, its duties) in the order of the repositories; empty when there is no usable split."""
    rationale: str = ""
    risks: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    def duties(self, repo: str) -> tuple[str, ...]:
        """What one repository is to do."""
        return next((duties for name, duties in self.assignments if name == repo), ())


@dataclass(frozen=True, slots=True)
class Trouble:
    """An answer that is none: asked again, in the end something else stands in for it."""

    message: str
    issues: tuple[str, ...] = ()
    """Each thing that is wrong, for the next attempt's prompt."""


def split_prompt(
    goal: str,
    evidences: Sequence[Evidence],
    *,
    answers: Sequence[tuple[str, str]] = (),
    issues: Sequence[str] = (),
    earlier: Split | None = None,
    again: Sequence[str] = (),
) -> str:
    """Asks for a split. ``answers`` are (question, answer) of people, ``issues`` the contract mismatches so far,
    ``again`` what was wrong with the answer before."""
    return "\n\n".join(
        part
        for part in (
            "You decide which repository does what for one goal. You change nothing, and you plan no details.",
            section("Goal", fenced(goal)),
            section("Repositories", "\n".join(_about(one) for one in evidences)),
            section("What people answered", listed(f"{question} — {answer}" for question, answer in answers)),
            section("Contracts that do not fit", listed(issues)),
            section("The split of the round before", listed(_told(earlier)) if earlier is not None else ""),
            section(
                "Rules",
                listed(
                    (
                        "Name every repository that has work, by its path letter for letter as given, and no other.",
                        "One sentence for each duty. Say which side owns a contract between two repositories.",
                        "questions_for_hitl holds what only a person can decide; nothing that the repositories answer.",
                    )
                ),
            ),
            section("Your last answer could not be used", listed(again)),
            "Answer with one JSON object of the given schema and nothing else.",
        )
        if part
    )


def _about(one: Evidence) -> str:
    if not one.exists:
        return f"- {one.path}: {one.constraints[0] if one.constraints else 'missing'}"
    counted = ", ".join(f"{count} {shown(name)}" for name, count in one.languages[:4])
    return f"- {one.path}: {one.kind}" + (f" ({counted} files)" if counted else "")


def _told(split: Split) -> list[str]:
    return [f"{repo}: {'; '.join(duties)}" for repo, duties in split.assignments]


def parse_split(answer: object, repos: Sequence[str]) -> Split | Trouble:
    """The split in an answer: the whole text, the value parsed of it, or upstream's shape of it.

    An answer without any assignment is a split that nobody can use, not a trouble: people are asked. One that names
    what is no repository is a trouble.
    """
    read = read_answer(answer)
    if read is None:
        return Trouble("The splitter gave no split: the answer is not one JSON object and nothing else.", ("no JSON",))
    value = read.value
    pairs = _pairs(value)
    unknown = [name for name, _ in pairs if repo_of(name, repos) is None]
    if unknown:
        names = ", ".join(one_line(name, 80) for name in unknown[:5])
        return Trouble(
            f"The splitter gave no split: it names what is no repository of this run: {names}.",
            tuple(
                f"{one_line(name, 120)} is no repository; name them as given: {', '.join(repos)}" for name in unknown
            ),
        )
    duties: dict[str, list[str]] = {}
    for name, said in pairs:
        duties.setdefault(repo_of(name, repos) or name, []).extend(said)
    return Split(
        tuple((repo, tuple(dict.fromkeys(duties[repo]))[:_MOST_DUTIES]) for repo in repos if duties.get(repo)),
        text(value, "rationale").strip(),
        _filled(_words(value, "risks")),
        _filled(_words(value, "questions_for_hitl")),
    )


def _pairs(value: Json) -> list[tuple[str, list[str]]]:
    """(repository as it was named, duties); upstream nests a mapping in ``proposal``."""
    proposal = value.get("proposal")
    inside: Json = proposal if isinstance(proposal, dict) else value
    assignments = inside.get("assignments")
    if isinstance(assignments, dict):
        return [(str(name), list(_filled(_words(assignments, name)))) for name in assignments]
    return [(text(one, "repo").strip(), list(_filled(_words(one, "duties")))) for one in objects(inside, "assignments")]


def _words(value: Json, key: str) -> list[str]:
    """The strings at ``key``; a lone one is a list of one."""
    said = value.get(key)
    return [said] if isinstance(said, str) else texts(value, key)


def _filled(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(one.strip() for one in said if one.strip())


def repo_of(name: str, repos: Sequence[str]) -> str | None:
    """The repository somebody means: its path, or the end of it where that is the end of no other."""
    wanted = name.strip().rstrip("/").removeprefix("./")
    exact = [repo for repo in repos if repo.rstrip("/") == wanted or repo == name]
    ends = exact or [repo for repo in repos if wanted and f"/{repo.rstrip('/')}".endswith(f"/{wanted}")]
    return ends[0] if len(ends) == 1 else None


_SERVER = frozenset(("api", "apis", "service", "services", "backend", "server"))
_CLIENT = frozenset(("web", "ui", "frontend", "client", "webapp"))
_CLIENT_KINDS = frozenset(("swift", "dart", "html", "css"))
_DOMAIN_KINDS = frozenset(("unknown", "node", "shell", "terraform", "sql"))
"""Kinds that do not tell on which side they are."""
_SHOWS = ("html", "css")
_RATIONALE = "Heuristic split derived from repository type signals."
_RISK = "Cross-repository contracts may require coordinated rollout"


def heuristic_split(evidences: Sequence[Evidence], goal: str) -> Split:
    """The split without an agent: by the type of each repository first, by the words of its name only where the type
    leaves it open."""
    wanted = one_line(goal, 200)
    return Split(tuple((one.path, _duties(one, wanted)) for one in evidences), _RATIONALE, (_RISK,), ())


def _duties(one: Evidence, goal: str) -> tuple[str, ...]:
    match _side(one):
        case "server":
            return (f"Implement server-side logic for {goal}", "Own validation and persistence changes")
        case "client":
            return (f"Implement user-facing updates for {goal}", "Own client-side state and UX behavior")
        case _:
            return (f"Implement {goal} in its owned domain", "Coordinate contract changes with peer repositories")


def _side(one: Evidence) -> str:
    if one.kind in _CLIENT_KINDS:
        return "client"
    if one.kind not in _DOMAIN_KINDS:
        return "server"
    words = words_of(one.path)
    if one.kind == "node":
        # Node serves and shows: what it shows with tells, then its name.
        is_shown = any(name in _SHOWS for name, _ in one.languages)
        return "client" if is_shown or not words & _SERVER or words & _CLIENT else "server"
    return "server" if words & _SERVER else "client" if words & _CLIENT else "domain"


def words_of(path: str) -> set[str]:
    """The words of a repository's own name: ``build`` is one word, and no ``ui`` is in it."""
    name = path.rstrip("/").rpartition("/")[2]
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def split_value(split: Split) -> dict[str, object]:
    """As the journal tells it."""
    return {
        "assignments": {repo: list(duties) for repo, duties in split.assignments},
        "rationale": split.rationale,
        "risks": list(split.risks),
        "questions": list(split.questions),
    }


def split_of(value: Json) -> Split:
    """What ``split_value`` said; what is missing is empty."""
    given = value.get("assignments")
    pairs = given.items() if isinstance(given, dict) else ()
    return Split(
        tuple(
            (repo, tuple(one for one in duties if isinstance(one, str)))
            for repo, duties in pairs
            if isinstance(duties, list)
        ),
        text(value, "rationale"),
        tuple(texts(value, "risks")),
        tuple(texts(value, "questions")),
    )
