"""Kept pictures: ``pytest tests/snapshots --keep-pictures`` writes them anew, to be looked at before they are committed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PICTURES = Path(__file__).parent / "pictures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-pictures", action="store_true", help="write the pictures of tests/snapshots anew")


@pytest.fixture
def looks_as_kept(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a picture with the kept one of that name."""

    def compare(name: str, picture: str) -> None:
        file = PICTURES / f"{name}.txt"
        if request.config.getoption("--keep-pictures"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(picture, encoding="utf-8")
            return
        assert file.is_file(), f"there is no picture {name} yet; see tests/snapshots/conftest.py"
        assert picture == file.read_text(encoding="utf-8")

    return compare
