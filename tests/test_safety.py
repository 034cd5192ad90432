"""docs/safety.md lists the safety checklist and the tests that hold it."""

from tests.safety import ENTRIES, ROOT, WITHOUT_TESTS, document, holders


def test_the_checklist_is_generated_from_the_tests():
    assert (ROOT / "docs/safety.md").read_text() == document(), "Run `make safety`."


def test_every_quoted_entry_stands_in_the_checklist():
    assert not set(holders()) - set(ENTRIES)


def test_every_entry_has_a_test_or_a_reason():
    assert set(ENTRIES) - set(holders()) == set(WITHOUT_TESTS)


def test_an_entry_without_a_test_is_seen():
    lines = document().splitlines()
    assert any(line.startswith("| A3 ") and "::" in line for line in lines)
