"""Blobs: bytes that must come back exactly as they were, each named by its SHA-256, below the run's private folder.

Nothing in them is masked, so they are never shown and never lie where an agent can write.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.runs.folders import private_chain

FOLDER = "blobs"
_NAME = re.compile(r"^[0-9a-f]{64}$")
_MAX_BYTES = 1 << 31


def name_of(data: bytes) -> str:
    """The name that these bytes have: their SHA-256 in 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """``<run folder>/blobs``. A name is either there whole or not at all, also after a loss of power."""

    def __init__(self, root: Path) -> None:
        """``root`` is the run's private folder (``Context.folder``); nothing is made before the first ``put``."""
        self._folder = root / FOLDER
        self._root = root

    def path(self, name: str) -> Path:
        """Where the bytes of that name lie, to be told to a person."""
        return self._folder / name

    def put(self, data: bytes) -> str:
        """Keep these bytes; their name. On disk when this returns. Raises ``OSError``."""
        name = name_of(data)
        path = self._folder / name
        if self._holds(path, len(data)):
            return name
        private_chain(self._root, FOLDER)
        draft = self._folder / f".{name[:16]}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
        sync_folder(self._folder)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of that name. Raises ``OdwError`` when they are not there or no longer what they were."""
        if not _NAME.match(name):
            raise OdwError(f"{name!r} is no name of kept bytes.")
        try:
            data = read_regular(self._folder / name, _MAX_BYTES)
        except OSError as error:
            raise OdwError(f"What the run kept as {name[:12]} cannot be read: {error.strerror or error}.") from None
        if name_of(data) != name:
            raise OdwError(f"What the run kept as {name[:12]} is no longer what it was.")
        return data

    @staticmethod
    def _holds(path: Path, size: int) -> bool:
        """Renamed into place only once it was whole; a length that differs is damage, so it is written again."""
        try:
            found = path.lstat()
        except OSError:
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == size and found.st_uid == os.getuid()


def sync_folder(folder: Path) -> None:
    """Names in that folder are on disk when this returns. Raises ``OSError``."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
