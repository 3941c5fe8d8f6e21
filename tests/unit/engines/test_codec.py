"""What was dumped is loaded again; what other hands changed is refused, never half believed."""

from __future__ import annotations

import pytest

from odw_core.engines import codec
from odw_core.engines.converge.acc import LogNote


def test_a_value_of_another_type_is_no_reading() -> None:
    note = LogNote("no_model", "it said so", 3, 40)
    told = codec.dump(note)
    assert codec.load_checked(LogNote, told) == note
    with pytest.raises(ValueError, match="another type"):
        codec.load_checked(LogNote, told.replace(b'"it said so"', b"7"))
