"""A full disk is known by its number, by git's words for it, and within a group."""

from __future__ import annotations

import errno

import pytest

from odw_core.errors import OdwError, no_room


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "x"), "No space left on device"),
        (OSError(errno.EDQUOT, "x", "/srv/shop/a"), "Disk quota exceeded (/srv/shop/a)"),
        (OdwError("fatal: cannot write: No space left on device."), "fatal: cannot write: No space left on device"),
        (ExceptionGroup("two", [ValueError("x"), OSError(errno.ENOSPC, "x")]), "No space left on device"),
        (OSError(errno.EACCES, "x"), ""),
        (OdwError("It is gone."), ""),
        (ValueError("No space left on device"), ""),
        (None, ""),
    ],
)
def test_what_a_full_disk_said(error: BaseException | None, said: str) -> None:
    assert no_room(error) == said
