"""Codec: dataclasses of plain values to compact JSON and back, for checkpoints. Says nothing about what they mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_Coder = Callable[[Any], Any]


def dump(value: object) -> bytes:
    """Compact JSON of a dataclass whose fields are plain values, lists and dicts of such, or dataclasses."""
    kind: Any = type(value)
    pack, _ = _coders(kind)
    return json.dumps(pack(value), separators=(",", ":")).encode()


def load(kind: type[T], data: bytes) -> T:
    """What ``dump`` wrote. Raises ``ValueError`` when ``data`` is anything else."""
    of: Any = kind
    _, unpack = _coders(of)
    try:
        value: T = unpack(json.loads(data))
    except (TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a checkpoint of {kind.__name__}: {error}") from None
    return value


def load_checked(kind: type[T], data: bytes) -> T:
    """The same, and every value has the type it is declared with: for what other hands may have changed."""
    value = load(kind, data)
    if not _fits(value, kind):
        raise ValueError(f"a value of {kind.__name__} has another type")
    return value


def _fits(value: Any, kind: Any) -> bool:
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return True
    if origin is Literal:
        return any(value == part and type(value) is type(part) for part in parts)
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is list:
        return isinstance(value, list) and all(_fits(one, parts[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(one, parts[1]) for one in value.values())
    if isinstance(kind, type) and is_dataclass(kind):
        return isinstance(value, kind) and all(_fits(getattr(value, name), hint) for name, hint in _hints(kind).items())
    if isinstance(value, bool):
        # It is a number to Python and none to whoever wrote it.
        return kind is bool
    return isinstance(value, kind) or (kind is float and isinstance(value, int))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _same(value: Any) -> Any:
    return value


@cache
def _coders(kind: Any) -> tuple[_Coder, _Coder]:
    """(pack, unpack) of one type; ``_same`` where JSON carries it as it is."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = [part for part in get_args(kind) if part is not NoneType]
        pack, unpack = _coders(inner[0])
        if pack is _same:
            return _same, _same
        return (lambda v: None if v is None else pack(v)), (lambda v: None if v is None else unpack(v))
    if origin is list:
        pack, unpack = _coders(get_args(kind)[0])
        return (_same, _same) if pack is _same else ((lambda v: [*map(pack, v)]), (lambda v: [*map(unpack, v)]))
    if origin is dict:
        pack, unpack = _coders(get_args(kind)[1])
        if pack is _same:
            return _same, _same
        return (lambda v: {k: pack(x) for k, x in v.items()}), (lambda v: {k: unpack(x) for k, x in v.items()})
    if is_dataclass(kind):
        return _dataclass_coders(kind)
    return _same, _same


def _dataclass_coders(kind: Any) -> tuple[_Coder, _Coder]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    coders = [_coders(hints[name]) for name in names]
    # Most fields are carried as they are, and there are millions of them: only the others cost a call.
    packs = [(number, pack) for number, (pack, _) in enumerate(coders) if pack is not _same]
    unpacks = [(number, unpack) for number, (_, unpack) in enumerate(coders) if unpack is not _same]

    def pack_all(value: Any) -> list[Any]:
        row = [getattr(value, name) for name in names]
        for number, pack in packs:
            row[number] = pack(row[number])
        return row

    def unpack_all(row: Any) -> Any:
        if len(row) != len(names):
            raise ValueError(f"{len(row)} values for the {len(names)} fields of {kind.__name__}")
        cells = [*row]
        for number, unpack in unpacks:
            cells[number] = unpack(cells[number])
        return kind(*cells)

    return pack_all, unpack_all
