"""The records of Converge: bytes to values and back, as upstream writes them (Converge reference §3, §8).

Decoding never raises; unknown fields are carried along. Whoever writes this dialect writes it through here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from odw_core.engines.loose import Json, flag, instant_ms, integer, mapping, objects, parse_object, text, texts


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """One element of ``repo_plans``."""

    fields: Json

    @property
    def repo(self) -> str:
        return text(self.fields, "repo_path")

    @property
    def provider(self) -> str:
        """Who was asked; no proof of who answered."""
        return text(self.fields, "provider")

    @property
    def status(self) -> str:
        return text(self.fields, "status")

    @property
    def raw(self) -> Json:
        return mapping(self.fields, "raw")

    @property
    def changes(self) -> list[str]:
        return _listed(self.fields, "proposed_changes")

    @property
    def questions(self) -> list[str]:
        return _listed(self.fields, "questions_for_hitl")

    @property
    def prompt(self) -> str:
        """The prompt that was built for the agent."""
        return text(self.raw, "codex_prompt") or text(self.raw, "copilot_prompt")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """``run.json``."""

    fields: Json

    @property
    def status(self) -> str:
        return text(self.fields, "status")

    @property
    def plans(self) -> list[PlanRecord]:
        """The plans of the last round; earlier ones are kept nowhere."""
        return [PlanRecord(plan) for plan in objects(self.fields, "repo_plans")]

    @property
    def analysis(self) -> Json | None:
        """``contract_analysis``; None where older builds had none."""
        value = self.fields.get("contract_analysis")
        return value if isinstance(value, dict) else None

    @property
    def decision(self) -> object:
        return self.fields.get("human_decision")

    def events(self) -> Iterator[tuple[str, str]]:
        """(node, message), in the order in which they happened."""
        return ((text(event, "node"), text(event, "message")) for event in objects(self.fields, "events"))


@dataclass(frozen=True, slots=True)
class RepoRecord:
    """One repo of ``constraints.json``."""

    fields: Json

    @property
    def path(self) -> str:
        return text(self.fields, "path")

    @property
    def exists(self) -> bool:
        # Only a plain "no" is one: what is not said blocks nothing.
        return flag(self.fields, "exists") is not False

    @property
    def type(self) -> str:
        return text(self.fields, "repo_type")

    @property
    def signals(self) -> list[str]:
        return texts(self.fields, "signals")

    @property
    def constraints(self) -> list[str]:
        return texts(self.fields, "constraints")


@dataclass(frozen=True, slots=True)
class ConstraintsRecord:
    """``constraints.json``."""

    fields: Json

    @property
    def goal(self) -> str:
        return text(self.fields, "goal")

    @property
    def generated_at(self) -> float | None:
        at = instant_ms(self.fields.get("generated_at"))
        return None if at is None else at / 1000

    @property
    def repos(self) -> list[RepoRecord]:
        return [RepoRecord(repo) for repo in objects(self.fields, "repos")]


@dataclass(frozen=True, slots=True)
class Pause:
    """The payload of a pause: what a person is asked to decide in interrupt mode."""

    fields: Json

    @property
    def issues(self) -> list[str]:
        return texts(mapping(self.fields, "contract_analysis"), "issues")

    @property
    def rounds(self) -> list[int | None]:
        return [integer(self.fields, "round"), integer(self.fields, "max_rounds")]

    @property
    def missing(self) -> list[str]:
        return [text(repo, "path") for repo in objects(self.fields, "repos") if flag(repo, "exists") is False]

    @property
    def questions(self) -> list[str]:
        return texts(mapping(self.fields, "proposal"), "questions_for_hitl")

    @property
    def actions(self) -> list[str]:
        return texts(self.fields, "suggested_human_actions")

    @property
    def action_count(self) -> int:
        value = self.fields.get("suggested_human_actions")
        return len(value) if isinstance(value, list) else 0


def decode_run(data: bytes) -> RunRecord | None:
    """``run.json``; None while it is torn or when it is no object."""
    fields = parse_object(data)
    return None if fields is None else RunRecord(fields)


def encode_run(record: RunRecord) -> bytes:
    """``run.json`` as upstream writes it, without a newline at its end."""
    return _document(record.fields)


def decode_constraints(data: bytes) -> ConstraintsRecord | None:
    """``constraints.json``; None when it is no object."""
    fields = parse_object(data)
    return None if fields is None else ConstraintsRecord(fields)


def encode_constraints(record: ConstraintsRecord) -> bytes:
    """``constraints.json`` as upstream writes it."""
    return _document(record.fields)


def decode_contracts(data: bytes) -> Json | None:
    """``contract-map.json``; None when it is no object."""
    return parse_object(data)


def encode_contracts(fields: Json) -> bytes:
    """``contract-map.json`` as upstream writes it."""
    return _document(fields)


def stored_questions(column: str) -> tuple[list[str], Pause | None, int]:
    """(plain questions, pause payload, number of stored elements) of ``hitl_questions_json``."""
    try:
        stored = json.loads(column) if column else []
    except (ValueError, RecursionError):
        return ([column], None, 1) if column.strip() else ([], None, 0)
    if not isinstance(stored, list):
        return [], None, 0
    plain: list[str] = []
    pause: Pause | None = None
    for element in stored:
        words = element if isinstance(element, str) else json.dumps(element, ensure_ascii=False)
        payload = parse_object(words.encode("utf-8", "surrogatepass")) if words.lstrip()[:1] == "{" else None
        if payload is None:
            plain.append(words)
        else:
            pause = Pause(payload)
    return plain, pause, len(stored)


def encode_questions(plain: list[str], pause: Json | None = None) -> str:
    """What goes into ``hitl_questions_json``: the payload last, as a JSON text with sorted keys."""
    return json.dumps([*plain, json.dumps(pause, sort_keys=True)] if pause is not None else plain)


def canonical(value: object) -> str:
    """Digest of a JSON value, whatever the order of its keys; empty when it is nested too deeply."""
    try:
        packed = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        return ""
    return hashlib.sha256(packed.encode()).hexdigest()[:16]


def _document(fields: Json) -> bytes:
    return json.dumps(fields, indent=2).encode()


def _listed(fields: Json, key: str) -> list[str]:
    """The strings at ``key``; a lone string is a list of one."""
    value = fields.get(key)
    return [value] if isinstance(value, str) and value else texts(fields, key)
