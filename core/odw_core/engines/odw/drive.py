"""Drives PandaCode sessions: looks at a record once more, and leaves an answer where a live turn looks for it.

Writes nothing but that one file, follows no link on the way to it, and never replaces an answer that lies there.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from odw_core.engines.odw.answering import control_name
from odw_core.engines.odw.session import SessionAcc, fold_session
from odw_core.errors import Refused, Stale
from odw_core.model.evidence import Replaced

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST = 16 << 20
"""Bytes of a record."""


@dataclass(frozen=True, slots=True)
class Left:
    """An answer that lies in a control folder until somebody takes it."""

    place: str
    runtime: str
    session: str
    inode: int


def read_session(place: str, runtime: str, session: str) -> SessionAcc:
    """What the record of a session says at this moment. Raises ``Stale`` when it is gone or cannot be read."""
    with _folder(place, ".pandacode", "sessions", _own(runtime)) as sessions:
        if sessions is None:
            raise Stale("Its record is gone; nobody asks that any more.")
        data = _read(sessions, f"{_own(session)}.json")
    acc = fold_session(SessionAcc(runtime, session, place), Replaced("", data))
    if not acc.fields:
        raise Stale("Its record cannot be read at this moment; look at it again.")
    return acc


def leave_answer(place: str, runtime: str, session: str, answers: Mapping[str, object]) -> Left:
    """Put the map where the live turn of a session polls for it, whole and for its owner alone.

    Raises ``Refused`` when the folder is somebody else's or no folder, ``Stale`` when an answer lies there already.
    """
    name = control_name(_own(session))
    data = json.dumps(answers, ensure_ascii=False).encode("utf-8", "backslashreplace")
    with _folder(place, ".pandacode", _own(runtime), "control", makes=True) as control:
        if control is None:
            raise Refused(f"{place} holds no .pandacode folder of yours that is not a link; nothing was written.")
        if _inode(control, name) is not None:
            raise Stale("Another answer lies there already and is not taken yet; wait for what comes of it.")
        draft = f".{name}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, _NEW, 0o600, dir_fd=control)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                inode = os.fstat(file.fileno()).st_ino
            os.rename(draft, name, src_dir_fd=control, dst_dir_fd=control)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft, dir_fd=control)
            raise
    return Left(place, runtime, session, inode)


def is_lying(left: Left) -> bool:
    """Whether the answer is still where it was left."""
    with _folder(left.place, ".pandacode", left.runtime, "control") as control:
        return control is not None and _inode(control, control_name(left.session)) == left.inode


def take_back(left: Left) -> bool:
    """Remove the answer, unless somebody took it meanwhile; whether it was removed."""
    with _folder(left.place, ".pandacode", left.runtime, "control") as control:
        name = control_name(left.session)
        if control is None or _inode(control, name) != left.inode:
            return False
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=control)
            return True
    return False


@contextmanager
def _folder(place: str, *names: str, makes: bool = False) -> Iterator[int | None]:
    """A folder below a place, reached step by step without following a link; None when there is none of ours.

    The first name is never made.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        for number, name in enumerate(names):
            if makes and number:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=descriptor)
            below = os.open(name, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        # What others could exchange is not written to.
        found: int | None = descriptor if os.fstat(descriptor).st_uid == os.geteuid() else None
    except OSError:
        found = None
    try:
        yield found
    finally:
        os.close(descriptor)


def _read(folder: int, name: str) -> bytes:
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(name)
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        raise Stale("Its record is gone; nobody asks that any more.") from None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_MOST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""


def _inode(folder: int, name: str) -> int | None:
    """Of whatever has that name, a link too; None when nothing has."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_ino
    except OSError:
        return None


def _own(name: str) -> str:
    """A name that leads nowhere else. Raises ``Refused``."""
    if name not in ("", ".", "..") and "/" not in name and "\0" not in name:
        return name
    raise Refused(f"{name!r} is no name of a session.")
