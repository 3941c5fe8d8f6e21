"""Stamps: a folder in which something came or went is never taken for the one that was looked at."""

from __future__ import annotations

import os
import time
from pathlib import Path

from odw_core.files.stamps import FolderStamp, folder_stamp, is_fresh


def stamp_of(folder: Path) -> FolderStamp:
    """The stamp, as soon as it proves something."""
    while (stamp := folder_stamp(str(folder))) is None:
        pass
    return stamp


def test_a_new_entry_makes_another_stamp_also_where_the_folder_is_dated_back(tmp_path: Path) -> None:
    """As ``cp -a``, ``tar`` and ``rsync`` leave it: a run came, and the folder says that nothing was written."""
    before, dated = stamp_of(tmp_path), tmp_path.stat()
    (tmp_path / "odw-exec-1").mkdir()
    os.utime(tmp_path, ns=(dated.st_atime_ns, dated.st_mtime_ns))
    assert stamp_of(tmp_path) != before


def test_a_folder_of_this_moment_proves_nothing(tmp_path: Path) -> None:
    assert is_fresh(time.time_ns())
    (tmp_path / "one").mkdir()
    assert folder_stamp(str(tmp_path / "one")) is None or not is_fresh((tmp_path / "one").stat().st_ctime_ns)


def test_a_folder_that_is_not_there_has_a_stamp_too_and_a_link_is_itself(tmp_path: Path) -> None:
    assert folder_stamp(str(tmp_path / "gone")) == folder_stamp("a\0b") == (0, 0)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert stamp_of(tmp_path / "link") != stamp_of(tmp_path / "real")
