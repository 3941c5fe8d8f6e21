"""Rows 1 and 2: the model that is wanted, and everything that asks for another one."""

from __future__ import annotations

from collections.abc import Iterator

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.homes import model_of_home
from odw_core.diagnose.doctor.models import WANTED, Setting, judge_models
from odw_core.text.ansi import one_line
from odw_core.workflows.scenario_batch.checks.place import MODEL, Place
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.sources import Sources, env_models

_RIVALS = ("OPENAI_DEFAULT_MODEL", "OPENAI_MODEL", "CODEX_MODEL")


def model_checks(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """One row for the model that is wanted, and what contradicts it."""
    own = env_models(given, place.root)
    said, file = own.get(WANTED), given.env_file
    fix = f"Write {WANTED}=NAME into {file}."
    if said is not None and not said.strip():
        detail = f"{file} sets {WANTED} to nothing: requests then ask for the model '' and are refused."
        yield Check(MODEL, "wanted model", Level.FAIL, detail, fix)
    elif not sources.model:
        detail = f"{file} does not set {WANTED}, and no model was given: it decides which model a batch asks for."
        yield Check(MODEL, "wanted model", Level.FAIL, detail, f"{fix} Or give one: --set model=NAME.")
    elif said is None:
        detail = f"{file} does not set {WANTED}; {sources.model} is passed on every call."
        yield Check(
            "model_file", "wanted model", Level.WARN, detail, f"{fix} Other tools of the project read it there."
        )
    elif said.strip() != sources.model:
        detail = f"{file} sets {WANTED} to {one_line(said.strip(), 80)}, and {sources.model} was given."
        yield Check("model_file", "wanted model", Level.FAIL, detail, "Give both the same name, or leave model out.")
    else:
        yield Check(MODEL, "wanted model", Level.PASS, f"{file} sets {WANTED} to {sources.model}.")
    if not sources.model:
        return
    found = [Setting("the wanted model", WANTED, sources.model)]
    found += [Setting(name, name, place.environ[name]) for name in (WANTED, *_RIVALS) if name in place.environ]
    found += [Setting(f"{name} in {file}", name, value) for name, value in own.items() if name != WANTED]
    if given.agent == "codex" and (model := model_of_home(place.home)) is not None:
        found.append(Setting("the configuration of Codex", "", model))
    yield from judge_models(found)
