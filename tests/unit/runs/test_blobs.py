"""Blobs give back exactly the bytes that were put, or say that they are gone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odw_core.errors import OdwError
from odw_core.runs.blobs import Blobs, name_of
from odw_core.text.secrets import masked


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.binary(max_size=3000))
def test_any_bytes_come_back_and_their_name_survives_the_journal(tmp_path: Path, data: bytes) -> None:
    blobs = Blobs(tmp_path / "run")
    name = blobs.put(data)
    assert blobs.get(name) == data
    assert blobs.put(data) == name
    assert masked(name) == name


def test_secrets_stay_as_they_are_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "run")
    name = blobs.put(b"token=sk-abcdefghijklmnop0123456789")
    path = tmp_path / "run/blobs" / name
    assert path.read_bytes() == b"token=sk-abcdefghijklmnop0123456789"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65])
def test_only_names_of_blobs_are_looked_up(tmp_path: Path, name: str) -> None:
    with pytest.raises(OdwError, match="no name of kept bytes"):
        Blobs(tmp_path).get(name)


def test_damage_is_noticed_and_written_anew(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = blobs.put(b"whole")
    path = tmp_path / "blobs" / name
    path.write_bytes(b"wh")
    with pytest.raises(OdwError, match="no longer what it was"):
        blobs.get(name)
    assert blobs.put(b"whole") == name
    assert blobs.get(name) == b"whole"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OdwError, match="cannot be read"):
        blobs.get(name)
    assert blobs.get(name_of(b"whole") if blobs.put(b"whole") else "") == b"whole"
