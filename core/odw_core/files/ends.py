"""Both ends of a large file, for a skim."""

from __future__ import annotations

import os

from odw_core.files.safe_open import open_regular


def read_ends(path: str, head: int, tail: int) -> tuple[bytes, bytes] | None:
    """The first ``head`` and the last ``tail`` bytes; None when the file is not larger than both, or not readable."""
    try:
        descriptor = open_regular(path)
    except (OSError, ValueError):
        return None
    try:
        size = os.fstat(descriptor).st_size
        if size <= head + tail:
            return None
        return os.pread(descriptor, head, 0), os.pread(descriptor, tail, size - tail)
    except OSError:
        return None
    finally:
        os.close(descriptor)
