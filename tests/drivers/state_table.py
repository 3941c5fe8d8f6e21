"""docs/states.md as rows: parsed, rendered, and walked by laying the smallest files down and reading them for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from odw_core.engines.base import Engine
from odw_core.model.evidence import Appended, Facts, Unit
from odw_core.model.item import Item

DOCUMENT = Path(__file__).parents[2] / "docs" / "states.md"
NOW = 1_795_000_060.0
"""A minute after every story begins."""
MUCH_LATER = NOW + 86_400.0

_BEGIN, _END = "<!-- rows of {}: made by .ci/docs -->\n", "<!-- end of {} -->\n"
_HEAD = "| raw state | when | state | what it says |\n| --- | --- | --- | --- |\n"


@dataclass(frozen=True)
class Case:
    """One row, and the smallest files that make it true."""

    section: str
    raw: str
    when: str
    state: str
    lay: Callable[[Path], None]
    """Writes the files below a folder."""
    alive: bool | None = None
    """The word of the operating system on the owner."""
    now: float = NOW
    item: str = ""
    """Item part of the address that is meant, where several come from the files; empty: the only one."""


@dataclass(frozen=True)
class Row:
    """One row as the document has it."""

    section: str
    raw: str
    when: str
    state: str
    said: str


def rows(text: str) -> list[Row]:
    """Every row of the document."""
    found: list[Row] = []
    section = ""
    for line in text.split("\n"):
        if line.startswith("## "):
            section = line[3:].strip()
        elif line.startswith("| ") and not line.startswith(("| ---", "| raw state")):
            cells = [cell.strip().replace("\\|", "|") for cell in line[1:-1].replace("\\|", "\0").split("|")]
            if len(cells) == 4:
                raw, when, state, said = (cell.replace("\0", "|") for cell in cells)
                found.append(Row(section, raw.strip("`"), when, state, said))
    return found


def read(case: Case, engine: Engine[object]) -> Item:
    """What the engine makes of the files of a case, with the facts of that case."""
    with TemporaryDirectory(prefix="odw-tui-states-") as folder:
        place = Path(folder).resolve() / "place"
        place.mkdir()
        case.lay(place)
        items = [_item(engine, unit, case) for unit in engine.discover(str(place))]
    (item,) = [item for item in items if not case.item or item.address.item == case.item]
    return item


def _item(engine: Engine[object], unit: Unit, case: Case) -> Item:
    facts = Facts(case.now, case.alive)
    acc = engine.start(unit)
    growing, record = engine.growing_file(unit), engine.record_file(unit)
    if record is not None:
        acc = _look(engine, acc, unit, record)
    if growing is not None:
        path = Path(engine.path(unit, growing))
        data = path.read_bytes() if path.exists() else b""
        end = data.rfind(b"\n") + 1
        acc = engine.fold(acc, Appended(growing, 0, data[:end], end < len(data)))
    for _ in range(2):
        for name in engine.wanted_files(acc, facts):
            acc = _look(engine, acc, unit, name)
    return engine.item(acc, facts)


def _look(engine: Engine[object], acc: object, unit: Unit, name: str) -> object:
    evidence = engine.follower(unit, name).look().evidence
    return acc if evidence is None else engine.fold(acc, evidence)


def rendered(text: str, cases: list[Case], engine_of: Callable[[Case], Engine[object]]) -> str:
    """The document with the rows of every section as cases and code have them now."""
    for section in dict.fromkeys(case.section for case in cases):
        before, begin, rest = text.partition(_BEGIN.format(section))
        _, end, after = rest.partition(_END.format(section))
        if not (begin and end):
            raise ValueError(f"{DOCUMENT.name} has no place for the rows of {section!r}")
        lines = "".join(_line(case, engine_of(case)) for case in cases if case.section == section)
        text = f"{before}{begin}{_HEAD}{lines}{end}{after}"
    return text


def _line(case: Case, engine: Engine[object]) -> str:
    cells = (f"`{case.raw}`", case.when, case.state, read(case, engine).why)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def all_cases() -> list[Case]:
    """The cases of every engine, in the order of the document."""
    from drivers import codex_states, converge_states, odw_states, scenario_states

    return [*odw_states.CASES, *converge_states.CASES, *codex_states.CASES, *scenario_states.CASES]


def engine_for(case: Case) -> Engine[object]:
    """The engine that reads a section."""
    from odw_core.engines.codex.engine import CodexEngine
    from odw_core.engines.converge.engine import ConvergeEngine
    from odw_core.engines.odw.engine import OdwEngine
    from odw_core.engines.scenario.engine import ScenarioEngine

    engines: dict[str, Engine[object]] = {
        "ODW": OdwEngine(),
        "PandaCode": OdwEngine(),
        "Converge": ConvergeEngine(),
        "Codex": CodexEngine(),
        "Scenario": ScenarioEngine(),
    }
    return engines[case.section.split(" ", 1)[0]]


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(DOCUMENT.read_text("utf-8"), all_cases(), engine_for), "utf-8")
