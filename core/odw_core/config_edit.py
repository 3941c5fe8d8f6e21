"""Changes one key of a person's ``config.toml`` and leaves every other byte of meaning, comment and order as it is."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from odw_core.config import config_text, parse_config
from odw_core.errors import ConfigError


def set_key(file: Path, key: str, value: str | bool) -> None:
    """Write ``key = value`` at the top of ``file``, which is made if it is not there.

    Raises ``ConfigError`` when the file cannot be used, or would not mean what it meant but for this key.
    """
    before = config_text(file, must_exist=False) or ""
    after = changed(before, key, value, file)
    if after != before:
        put_text(file, after)


def changed(text: str, key: str, value: str | bool, file: Path) -> str:
    """``text`` with ``key`` set to ``value``; ``file`` is only named in errors."""
    import tomlkit

    meant = parse_config(text, file)
    document = tomlkit.parse(text)
    document[key] = value
    made = tomlkit.dumps(document)
    change: dict[str, Any] = {key: value}
    if parse_config(made, file) != replace(meant, **change):
        raise ConfigError(f"{file} could not be changed without changing more than {key!r}; set it there by hand.")
    return made


def put_text(file: Path, text: str) -> None:
    """Put ``text`` in place of the file at once. A link, as dotfiles often are, stays one."""
    target = file.resolve()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            written.chmod(mode)
            written.replace(target)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}; nothing was changed.") from None
