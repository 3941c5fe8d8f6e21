"""Both ends of a large file, for a skim."""

from __future__ import annotations

import os

from odw_core.files.safe_open import open_regular
from odw_core.model.evidence import Cursor


def read_ends(path: str, head: int, tail: int) -> tuple[bytes, bytes, Cursor] | None:
    """The first ``head`` and the last ``tail`` bytes, and the file's stamp before they were read.

    None when the file is not larger than both, or not readable.
    """
    try:
        descriptor = open_regular(path)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        if size <= head + tail:
            return None
        stamp = Cursor(status.st_ino, size, status.st_mtime_ns, 0)
        return os.pread(descriptor, head, 0), os.pread(descriptor, tail, size - tail), stamp
    except OSError:
        return None
    finally:
        os.close(descriptor)
