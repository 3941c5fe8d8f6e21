"""What stands against a start of Converge before it is one, and what its own doctor does not look at. Looks only."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping

from odw_core.converge_server.client import ConvergeServer
from odw_core.converge_server.where import DEFAULT, where_of
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.coordination import YES, plan_mode_check, repo_checks
from odw_core.diagnose.doctor.workshop import codex_version
from odw_core.errors import OdwError
from odw_core.model.address import Address
from odw_core.workflows.converge_coordinate.command import program
from odw_core.workflows.converge_coordinate.given import ConvergeInput
from odw_core.workflows.converge_repeat.call import recorded_prompt
from odw_core.workflows.converge_repeat.given import RepeatInput

_ASKING_S = 2.0


def converge_checks(given: Mapping[str, object], folder: str, environ: Mapping[str, str]) -> Iterator[Check]:
    """Checks of ``converge-coordinate``, in the order in which a person would ask."""
    try:
        wanted = ConvergeInput.model_validate(_listed(given))
    except ValueError:
        # What is wrong with it is said already.
        return
    yield _server(wanted) if wanted.through == "server" else _program(wanted, environ)
    yield from repo_checks(wanted.repos, folder)
    if (wanted.coding_agent or environ.get("CONVERGE_CODING_AGENT") or "codex") == "codex":
        yield _codex(environ)
        if (check := plan_mode_check(environ)) is not None:
            yield check
    yield from _settings(wanted, environ)


def repeat_checks(given: Mapping[str, object], folder: str) -> Iterator[Check]:
    """Checks of ``converge-repeat``."""
    try:
        wanted = RepeatInput.model_validate(given)
    except ValueError:
        return
    try:
        prompt = recorded_prompt(folder, wanted.run, wanted.repo)
    except OdwError as error:
        yield Check("converge_prompt", "prompt", Level.FAIL, str(error))
        return
    of = Address("converge", wanted.run).child(wanted.repo)
    yield Check("converge_prompt", "prompt", Level.PASS, f"{of} keeps its prompt, {len(prompt):,} characters.")


def _listed(given: Mapping[str, object]) -> dict[str, object]:
    repos = given.get("repos")
    return {**given, "repos": [repos]} if isinstance(repos, str) else dict(given)


def _program(wanted: ConvergeInput, environ: Mapping[str, str]) -> Check:
    try:
        return Check("converge", "Converge", Level.PASS, f"Converge is there: {program(wanted, environ)}")
    except OdwError as error:
        return Check("converge", "Converge", Level.FAIL, str(error))


def _server(wanted: ConvergeInput) -> Check:
    try:
        server = ConvergeServer(where_of(wanted.server or DEFAULT), deadline_s=_ASKING_S)
        is_healthy = asyncio.run(server.is_healthy())
    except OdwError as error:
        return Check("converge_server", "Converge server", Level.FAIL, str(error))
    if not is_healthy:
        detail = f"What answers at {server.address} is no Converge server that is well."
        return Check("converge_server", "Converge server", Level.FAIL, detail)
    detail = f"It answers at {server.address}; a worker must run as well, and nothing tells whether one does."
    return Check("converge_server", "Converge server", Level.PASS, detail)


def _codex(environ: Mapping[str, str]) -> Check:
    named = environ.get("CONVERGE_CODING_AGENT_PATH") or "codex"
    path = shutil.which(named, path=environ.get("PATH", os.defpath))
    if path is None:
        detail = f"{named} is not there: every plan will be by rule of thumb, and says OK all the same."
        return Check("converge_codex", "Codex", Level.WARN, detail, "Install Codex.")
    version = codex_version(path)
    return Check("converge_codex", "Codex", Level.PASS, f"It is {path}{f', version {version}' if version else ''}.")


def _settings(wanted: ConvergeInput, environ: Mapping[str, str]) -> Iterator[Check]:
    is_by_rule = wanted.no_llm or environ.get("CONVERGE_NO_LLM", "").casefold() in YES
    if not is_by_rule and not environ.get("OPENAI_API_KEY"):
        detail = "OPENAI_API_KEY is not set, so the work is split by rule of thumb."
        yield Check("converge_split", "split", Level.INFO, detail, "Set it, or no_llm to have it so.")
    if wanted.tracing:
        detail = "Traces go over the network; without one Converge waits for it."
        yield Check("converge_tracing", "tracing", Level.WARN, detail, "Leave tracing off.")
    if wanted.mode == "interrupt" and wanted.through == "process":
        detail = "From a command line a pause is lost with its process: no file is written, and nobody can answer it."
        yield Check("converge_mode", "mode", Level.WARN, detail, "Use conditional, or the native coordinate.")
    if environ.get("SQLALCHEMY_DATABASE_URI", "").startswith("sqlite"):
        detail = "With a SQLite address Converge cannot open its checkpoints, so an answer starts the run anew."
        yield Check("converge_checkpoints", "checkpoints", Level.INFO, detail, "That is how it is.")
