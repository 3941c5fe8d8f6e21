"""Every screen looks as when somebody last looked at it: what it says, and how, in three themes and three sizes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.canvas import Frame, as_text, frame_of
from snapshots.scenes import SCENES, Size

SIZES: tuple[Size, ...] = ((80, 24), (120, 40), (200, 60))
THEMES = ("dark", "light", "high_contrast")
PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    """Clock times in pictures are those of one zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
async def test_a_scene_looks_as_it_was_kept(name: str, size: Size) -> None:
    """``KEEP_PICTURES=1`` writes the pictures anew; look at what changed before it is committed."""
    frames: dict[str, Frame] = {}
    async with SCENES[name](size) as pilot:
        for theme in THEMES:
            pilot.app.show_theme(theme)
            await pilot.pause()
            frames[theme] = frame_of(pilot.app)
    picture, file = as_text(frames), PICTURES / f"{name}-{size[0]}x{size[1]}.txt"
    if os.environ.get("KEEP_PICTURES"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(picture, encoding="utf-8")
    assert file.is_file(), "there is no such picture yet; KEEP_PICTURES=1 makes it"
    assert picture == file.read_text(encoding="utf-8")
