"""Where the Converge server listens: only on this machine, since answers and goals go there unencrypted. Pure."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from odw_core.errors import UsageError
from odw_core.text.ansi import one_line

DEFAULT = "http://127.0.0.1:8080"


class Where(NamedTuple):
    """Host and port of a server."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """As it is written."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def where_of(address: str) -> Where:
    """What ``http://127.0.0.1:8080`` means. Raises ``UsageError`` for anything that is no server of this machine."""
    shown = one_line(address, 120)
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(f"{shown!r} is no address of a server; write it like {DEFAULT}.") from None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"{shown!r} is no address of a server; write it like {DEFAULT}.")
    if "@" in parts.netloc:
        raise UsageError("The Converge server knows no users; leave name and password out of its address.")
    if not is_loopback(host):
        raise UsageError(f"{shown!r} is not on this machine; a tunnel brings a server here, as {DEFAULT}.")
    return Where(host, 80 if port is None else port)


def is_loopback(host: str) -> bool:
    """Whether a name or number means this machine."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
