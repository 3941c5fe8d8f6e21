"""The recorded Converge runs, laid out as working folders, and read by the real engine."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from odw_core.engines.base import Read
from odw_core.engines.converge.engine import ConvergeEngine
from odw_core.model.address import Address
from odw_core.model.evidence import Facts, Unit

FOLDER = Path(__file__).parents[1] / "fixtures" / "converge"
NAMES = sorted(path.name for path in FOLDER.iterdir() if (path / "expected.json").exists())
LATER = 4_000_000_000.0
"""Long after every recording and every copy of it."""


def lay(name: str, place: Path, *, log: bool = True) -> Path:
    """Makes ``place`` the working folder of a recording, its databases and empty folders included."""
    source = FOLDER / name
    shutil.copytree(source / "project", place, dirs_exist_ok=True)
    empty = source / "EMPTY_DIRS.txt"
    for line in empty.read_text().split() if empty.exists() else ():
        (place / line).mkdir(parents=True, exist_ok=True)
    for sql, database in (("tasks.sql", "converge.db"), ("checkpoints.sql", "checkpoints.db")):
        if (source / sql).exists():
            with closing(sqlite3.connect(place / database)) as connection:
                connection.executescript((source / sql).read_text())
    for saved in ("stdout.log", "worker.log"):
        if log and (source / saved).exists():
            shutil.copy(source / saved, place / saved)
    return place


def expected(name: str) -> dict[str, Any]:
    """What a correct reader says of a recording."""
    found: dict[str, Any] = json.loads((FOLDER / name / "expected.json").read_text("utf-8"))
    return found


def fold(engine: ConvergeEngine, unit: Unit, facts: Facts | None = None) -> Any:
    """Everything that a unit's files say."""
    facts = facts or Facts(LATER)
    acc = engine.start(unit)
    record = engine.record_file(unit)
    assert record is not None
    wanted: tuple[str, ...] = (record,)
    for _ in range(3):
        for name in wanted:
            evidence = engine.follower(unit, name).look().evidence
            acc = acc if evidence is None else engine.fold(acc, evidence)
        wanted = engine.wanted_files(acc, facts)
    return acc


def read(place: Path, engine: ConvergeEngine | None = None) -> dict[Address, tuple[Unit, Any]]:
    """Every unit of a place, folded."""
    engine = engine or ConvergeEngine()
    return {unit.address: (unit, fold(engine, unit)) for unit in engine.discover(str(place))}


def inspected(place: Path) -> dict[str, Any]:
    """The ``converge`` section of ``inspect --json``."""
    engine = ConvergeEngine()
    read_units = [Read(unit, acc, None) for unit, acc in read(place, engine).values()]
    section = engine.inspection(read_units, [str(place)])["converge"]
    assert isinstance(section, dict)
    return section


def said(place: Path, *, alive: bool | None = None) -> str:
    """Everything that rows and details of a place say, as one text to look for words in."""
    from odw_core.service.documents.rows import detail_document, item_document

    engine, facts = ConvergeEngine(), Facts(LATER, alive)
    parts: list[object] = []
    for unit in engine.discover(str(place)):
        acc = fold(engine, unit, facts)
        parts += [item_document(engine.item(acc, facts)), detail_document(engine.detail(acc, facts))]
    return json.dumps(parts, indent=1, ensure_ascii=False)


def marks(folder: Path) -> list[tuple[str, int, int]]:
    """Names, sizes and write times of everything below a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        status = os.lstat(path)
        found.append((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns))
    return found
