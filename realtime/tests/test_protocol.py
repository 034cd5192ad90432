"""What a frame may hold."""

import pytest

from realtime.protocol import ProtocolError, parse_id


@pytest.mark.parametrize("value", ["1" * 25, "0" * 20, 2**63, -1, 1.5, "x", True, None])
def test_what_is_no_id_is_refused(value):
    with pytest.raises(ProtocolError):
        parse_id(value)


@pytest.mark.parametrize(
    ("value", "parsed"), [("7", 7), (7, 7), (2**63 - 1, 2**63 - 1)]
)
def test_id_is_a_number_or_digits(value, parsed):
    assert parse_id(value) == parsed
