"""Row 6: the list, the template, and whether that is still the one that was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.wording import counted
from odw_core.engines.loose import integer, text
from odw_core.engines.scenario.names import run_address
from odw_core.engines.scenario.records import SCENARIO_START, decode
from odw_core.files.safe_open import read_regular
from odw_core.text.ansi import one_line
from odw_core.workflows.scenario_batch.checks.place import NAMED, SCENARIOS, TEMPLATE, Place
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import FOLDER as LOGS
from odw_core.workflows.scenario_batch.sources import Sources
from odw_core.workflows.scenario_batch.template import has_placeholder, template_troubles


def source_checks(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """What is gone through, and with which words."""
    yield from _list(given, sources, place)
    trouble = sources.template_trouble
    if trouble or (troubles := template_troubles(sources.template)):
        detail = trouble or f"{given.template}, {'; '.join(troubles[:NAMED])}"
        yield Check(TEMPLATE, "template", Level.FAIL, f"{detail}.", "Correct it, or name another one.")
        return
    if not has_placeholder(sources.template, "output_path"):
        detail = f"{given.template} never says {{output_path}}, so no agent knows where to write."
        yield Check("template_path", "template", Level.WARN, detail, "Put {output_path} into it.")
    else:
        yield Check(TEMPLATE, "template", Level.PASS, f"{given.template} can be filled in.")
    yield _baseline(given, sources, place)


def _list(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    fix = "A scenario is a heading of the deepest level that repeats, else an item of an ordered list, else a bullet."
    if sources.list_trouble:
        above = [str(one) for one in Path(place.root).parents if (one / given.scenarios).is_file()]
        hint = f"It is below {above[0]}: odw-tui --root {above[0]} start scenario-batch" if above else ""
        yield Check(
            SCENARIOS, "scenarios", Level.FAIL, f"{sources.list_trouble}.", hint or "Name it: --set scenarios=FILE."
        )
        return
    if not sources.statements:
        yield Check(SCENARIOS, "scenarios", Level.FAIL, f"{given.scenarios} holds no scenario.", fix)
        return
    unknown = [index for index in given.only if index > sources.count]
    count = counted(sources.count, "scenario")
    if unknown:
        detail = f"{given.scenarios} has {count}, and no number {unknown[0]}."
        yield Check(SCENARIOS, "scenarios", Level.FAIL, detail, "Take the number out of only.")
        return
    planned = len(sources.planned(given))
    said = "" if planned == sources.count else f", of which {planned} {'is' if planned == 1 else 'are'} gone through"
    yield Check(SCENARIOS, "scenarios", Level.PASS, f"{given.scenarios} has {count}{said}.")
    yield from _changed(given, sources, place)
    if sources.warnings:
        more = f" (and {len(sources.warnings) - 1} more)" if len(sources.warnings) > 1 else ""
        detail = f"{given.scenarios}, {sources.warnings[0]}{more}."
        yield Check("scenario_list", "scenarios", Level.WARN, detail, "Look at the list.")


def _changed(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """Whether the numbers still mean what they meant in the batch that is gone on with."""
    if not (given.only and given.repeats):
        return
    before = _titles(place.root, given.repeats.rpartition(":")[2])
    for one in sources.planned(given):
        if one.index in before and before[one.index] != one.title:
            was, now = one_line(before[one.index], 80), one_line(one.title, 80)
            detail = f"Scenario {one.index} was {was!r} in {given.repeats}, and is {now!r} now."
            fix = "Look at the list: with other numbers, files of other scenarios would be written over."
            yield Check("scenarios_changed", "scenarios", Level.FAIL, detail, fix)
            return


def _titles(root: str, item: str) -> dict[int, str]:
    """What each number was in a log."""
    try:
        data = read_regular(Path(root, LOGS, f"{item}.log"), 1 << 31) if run_address(f"{item}.log") else b""
    except (OSError, ValueError):
        return {}
    found = (decode(line) for line in data.split(b"\n") if line)
    started = (one.fields for one in found if one is not None and one.type == SCENARIO_START)
    return {index: text(one, "title") for one in started if (index := integer(one, "index")) is not None}


def _baseline(given: ScenarioBatchInput, sources: Sources, place: Place) -> Check:
    try:
        baseline = read_regular(Path(place.root, given.baseline), 1 << 24).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return Check("baseline", "baseline", Level.PASS, f"{given.baseline} is not there to compare with.")
    if baseline.replace("\r\n", "\n") == sources.template:
        return Check("baseline", "baseline", Level.PASS, f"The template is as in {given.baseline}.")
    return Check("baseline", "baseline", Level.PASS, f"The template differs from {given.baseline}.")
