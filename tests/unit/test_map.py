"""What the map of the repository says is there, and what is there is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "AGENTS.md").read_text("utf-8")
NAMED = re.findall(r"`([^`\s]+)`", MAP)
ROWS = [row for row in MAP.splitlines() if row.startswith("| ") and not row.startswith("| ---")]
PACKAGES = (ROOT / "core/odw_core", ROOT / "tui/odw_tui")
SERVICE = ROOT / "core/odw_core/service"


def modules(folder: Path) -> list[str]:
    """Modules and rooms that lie directly in a folder."""
    inside = [one for one in folder.iterdir() if not one.name.startswith(("__", "."))]
    return sorted(one.stem for one in inside if one.suffix == ".py" or (one / "__init__.py").is_file())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one.name)
def test_every_room_and_every_module_beside_the_rooms_is_on_the_map(package: Path) -> None:
    known = {Path(name.rstrip("/")).stem for name in NAMED}
    assert [name for name in modules(package) if name not in known] == []


def test_every_module_of_the_service_is_on_the_map() -> None:
    table = MAP.split("### Inside `core/odw_core/service/`")[1].split("###")[0]
    known = {name for row in table.splitlines() for name in re.findall(r"`(\w+/?\w*)`", row)}
    inside = [f"{one.name}/{name}" for one in SERVICE.iterdir() if one.is_dir() for name in modules(one)]
    # A package is on it by one row as a whole, or by the names of its modules.
    by_name = [name for name in inside if f"{name.partition('/')[0]}/" not in known]
    alone = [name for name in modules(SERVICE) if not (SERVICE / name).is_dir()]
    assert [name for name in (*alone, *by_name) if name not in known] == []


def test_everything_that_the_map_names_by_its_path_is_there() -> None:
    tops = ("core/", "tui/", "themes/", "tests/", "docs/", "screenshots/", ".ci/")
    assert [name for name in NAMED if name.startswith(tops) and not (ROOT / name).exists()] == []


def test_no_row_of_the_map_stands_twice() -> None:
    heads = [row.split("|")[1].strip() for row in ROWS]
    assert [head for head in dict.fromkeys(heads) if heads.count(head) > 1 and head not in ("module", "room")] == []
