"""What a run keeps in the state folder: names, folders that only their owner can enter, files renamed into place."""

from __future__ import annotations

import json
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import parse_object
from odw_core.engines.odw.names import JOURNAL
from odw_core.errors import Refused
from odw_core.files.safe_open import read_regular

_RUN_ID = re.compile(r"^odw-exec-\d{10,15}-\d{1,9}$")
_NAME = re.compile(r"^[A-Za-z0-9]{1,64}$")
_MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class RunFolder:
    """``S/runs/<run_id>``: what a run's supervisor knows and nobody in its workspace can write."""

    state: Path
    run_id: str

    def __post_init__(self) -> None:
        if not _RUN_ID.match(self.run_id):
            raise Refused(f"{self.run_id!r} is no run that was started here.")

    @property
    def root(self) -> Path:
        return self.state / "runs" / self.run_id

    @property
    def spec(self) -> Path:
        return self.root / "spec.json"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def mirror(self) -> Path:
        """The journal that nobody in the workspace can write. Rooms read it by the name of its copy there."""
        return self.root / JOURNAL

    @property
    def epoch(self) -> Path:
        return self.root / "epoch"

    @property
    def log(self) -> Path:
        return self.root / "supervisor.log"

    @property
    def children(self) -> Path:
        return self.root / "children.jsonl"

    @property
    def settled(self) -> Path:
        """There once the run is over and its workspace says so."""
        return self.root / "settled"

    @property
    def kept(self) -> Path:
        return self.root / "kept.json"

    @property
    def ref(self) -> Path:
        """There while the run may hold a ref in a repository; says in which."""
        return self.root / "ref.json"

    @property
    def reserve(self) -> Path:
        """Room on the disk that a running supervisor holds for its last words."""
        return self.root / "reserve"

    def control(self, epoch: str) -> Path:
        """Where commands for the supervisor of that epoch lie."""
        return self.root / epoch / "control"

    def receipts(self, epoch: str) -> Path:
        """Where that supervisor says what became of them."""
        return self.root / epoch / "receipts"

    def present_epoch(self) -> str | None:
        """Name of the epoch that the last supervisor began."""
        said = read_object(self.epoch)
        name = said.get("epoch") if said else None
        return name if isinstance(name, str) and _NAME.match(name) else None

    def present_supervisor(self) -> int | None:
        """Process id of the last supervisor that began; whether it lives is another question."""
        said = read_object(self.epoch)
        pid = said.get("pid") if said else None
        return pid if type(pid) is int else None

    def epochs(self) -> list[str]:
        """Every epoch that ever began here."""
        try:
            with os.scandir(self.root) as entries:
                return [e.name for e in entries if _NAME.match(e.name) and e.is_dir(follow_symlinks=False)]
        except OSError:
            return []


def new_epoch() -> str:
    """A name that no earlier supervisor had and nobody can guess."""
    return secrets.token_hex(8)


def is_own_name(name: str) -> bool:
    """Whether it can be the name of a command or an epoch: letters and digits alone, so never a way out."""
    return _NAME.match(name) is not None


def make_private(folder: Path) -> Path:
    """Make the folder and what is above it, for its owner alone.

    Raises ``Refused`` when it is a link, belongs to somebody else or can be written by others.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Refused(f"{folder} is not a folder of yours; nothing is written there. Remove it and try again.")
    if found.st_mode & 0o022:
        folder.chmod(0o700)
    return folder


def private_chain(top: Path, *names: str) -> Path:
    """``top/name/name…``, each made for its owner alone."""
    folder = make_private(top)
    for name in names:
        folder = make_private(folder / name)
    return folder


def write_private(path: Path, document: dict[str, object]) -> None:
    """Write JSON under another name, then rename it into place: it is there whole, or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(document, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace"))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read_object(path: Path) -> dict[str, object] | None:
    """The JSON object in a file of ours; None when it is not there, is no plain file, or belongs to somebody else."""
    try:
        if path.lstat().st_uid != os.getuid():
            return None
        return parse_object(read_regular(path, _MAX_BYTES))
    except (OSError, ValueError):
        return None
