"""What a batch is made of, read once from the files below its root: scenarios, template, the model that is wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from odw_core.diagnose.doctor.models import WANTED, models_in
from odw_core.engines.loose import Json, integer, objects, text, texts
from odw_core.files.safe_open import read_regular
from odw_core.text.ansi import one_line
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.statements import Statement, read_statements

_MOST = 16 << 20
_MOST_ENV = 1 << 16


@dataclass(frozen=True, slots=True)
class Sources:
    """As the files were when the run began; a resumed run goes on with the same."""

    statements: tuple[Statement, ...] = ()
    """All of the list, whatever of it is gone through."""
    warnings: tuple[str, ...] = ()
    list_trouble: str = ""
    """Why the list could not be read."""
    template: str = ""
    template_sha: str = ""
    template_trouble: str = ""
    """Why the template could not be read."""
    model: str = ""
    """The model of every call; empty when nobody names one."""

    @property
    def count(self) -> int:
        return len(self.statements)

    def planned(self, given: ScenarioBatchInput) -> tuple[Statement, ...]:
        """Those that the run goes through."""
        if given.only:
            return tuple(one for one in self.statements if one.index in given.only)
        return self.statements[: given.max_scenarios]

    def total(self, given: ScenarioBatchInput) -> int:
        """The number that stands behind every index."""
        return self.count if given.max_scenarios is None else min(self.count, given.max_scenarios)

    def encode(self) -> dict[str, object]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def decode(cls, fields: Json) -> Sources:
        """What ``encode`` made."""
        statements = (
            Statement(integer(one, "index") or 0, text(one, "title"), text(one, "body"), integer(one, "line") or 0)
            for one in objects(fields, "statements")
        )
        names = ("list_trouble", "template", "template_sha", "template_trouble", "model")
        return cls(tuple(statements), tuple(texts(fields, "warnings")), **{name: text(fields, name) for name in names})


def read_sources(given: ScenarioBatchInput, root: str, environ: Mapping[str, str]) -> Sources:
    """Read them. Never raises; what is missing is said."""
    listed, list_trouble = _read(root, given.scenarios)
    statements = read_statements(listed)
    raw, template_trouble = _read(root, given.template)
    try:
        template = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        template, template_trouble = "", f"{given.template} is no UTF-8 (byte {error.start})"
    return Sources(
        statements.found,
        statements.warnings,
        list_trouble,
        template.replace("\r\n", "\n"),
        hashlib.sha256(raw).hexdigest() if not template_trouble else "",
        template_trouble,
        wanted_model(given, root, environ),
    )


def wanted_model(given: ScenarioBatchInput, root: str, environ: Mapping[str, str]) -> str:
    """What was given, else INTERLLM_MODEL of the environment file, else of the environment; empty for none."""
    found = (given.model, env_models(given, root).get(WANTED), environ.get(WANTED))
    return next((name.strip() for name in found if name and name.strip()), "")


def env_models(given: ScenarioBatchInput, root: str) -> dict[str, str]:
    """The model variables of the environment file; nothing else of it is kept."""
    try:
        return models_in(read_regular(Path(root, given.env_file), _MOST_ENV).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return {}


def _read(root: str, path: str) -> tuple[bytes, str]:
    try:
        data = read_regular(Path(root, path), _MOST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        return b"", f"{one_line(path, 200)} cannot be read: {str(reason).lower()}"
    if len(data) > _MOST:
        return b"", f"{one_line(path, 200)} is larger than {_MOST >> 20} MiB"
    return data, ""
