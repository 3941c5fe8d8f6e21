"""Address: the one name of anything in the room. Prints, parses, sorts and links; knows no file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

# Everything but the separators of an address may stand in it as it is.
_SAFE = " :@!$&'()*+,;=~|#?[]"
_IS_PLAIN = re.compile(r"[A-Za-z0-9_.\- :@!$&'()*+,;=~|#?\[\]]*").fullmatch


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """``engine:item[/part[/part]]``, for example ``odw:odw-exec-1795219696047-5105/clamp-core/1``.

    ``/`` and ``%`` inside a part are percent-encoded when printed, so that ``parse(str(a)) == a`` for every address,
    also one whose parts are no Unicode (names of files, broken JSON).
    """

    engine: str
    item: str
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.parts and _IS_PLAIN(self.item):
            return f"{self.engine}:{self.item}"
        parts = (self.item, *self.parts)
        return f"{self.engine}:" + "/".join(quote(part, safe=_SAFE, errors="surrogatepass") for part in parts)

    def __hash__(self) -> int:
        # Thousands of lookups stand between a start and its first row, and few addresses share an item.
        return hash(self.item)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read what ``str`` prints. Raises ``ValueError`` with one sentence when it is no address."""
        engine, colon, rest = text.partition(":")
        if not (engine and colon and rest):
            raise ValueError(f"{text!r} is no address; expected ENGINE:ITEM[/PART], such as odw:<run_id>")
        if "/" not in rest and "%" not in rest:
            return cls(engine, rest)
        try:
            item, *parts = (unquote(part, errors="surrogatepass") for part in rest.split("/"))
        except UnicodeDecodeError:
            raise ValueError(f"{text!r} is no address; what is percent-encoded in it is no UTF-8") from None
        return cls(engine, item, tuple(parts))

    @property
    def root(self) -> Address:
        """The run or session this address lies in."""
        return Address(self.engine, self.item)

    def child(self, *parts: str) -> Address:
        """An address below this one."""
        return Address(self.engine, self.item, (*self.parts, *parts))
