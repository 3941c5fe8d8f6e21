"""Every test here gets its own real Codex; without the program they say that they are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drivers.real_codex import WHY_SKIPPED, RealCodex, native_codex, real_codex


@pytest.fixture
def codex(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealCodex]:
    """A home, a project and a scripted model for the real Codex; no process of it may survive the test. What the test
    starts itself is of that world too."""
    program = native_codex()
    if program is None:
        pytest.skip(WHY_SKIPPED)
    with real_codex(program) as world:
        for name, value in world.environ.items():
            monkeypatch.setenv(name, value)
        yield world
