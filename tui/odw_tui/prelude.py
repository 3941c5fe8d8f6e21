"""What has to be said before Textual is imported, and taken back once the first frame stands. Imports neither.

Textual reads its settings from the environment while it is being imported, so ``prepare`` comes before that.
"""

from __future__ import annotations

import gc
import os

# Textual lets frames out on a grid of this many a second. A finer grid lets a key's frame out sooner after another
# frame; how often news alone may paint is limited in odw_tui.motion.
_FRAMES_PER_SECOND = "240"

# How long an ESC may be the beginning of a longer key, in milliseconds. Textual's own 100 can be felt.
_ESCAPE_DELAY_MS = "40"


def prepare() -> None:
    """Settings that the person has not made, and no search for garbage while there can be none."""
    os.environ.setdefault("TEXTUAL_FPS", _FRAMES_PER_SECOND)
    os.environ.setdefault("ESCDELAY", _ESCAPE_DELAY_MS)
    if os.environ.get("NO_COLOR") == "":
        # Empty it asks for nothing, by its own convention; Textual only looks whether it is there.
        del os.environ["NO_COLOR"]
    gc.disable()


def settle() -> None:
    """The first frame stands: from now on garbage is looked for, but never again in all that was loaded so far."""
    gc.freeze()
    gc.enable()
