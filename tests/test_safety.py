"""docs/safety.md lists the safety checklist and the tests that hold it."""

from tests.safety import ENTRIES, ROOT, document, holders


def test_the_checklist_is_generated_from_the_tests():
    assert (ROOT / "docs/safety.md").read_text() == document(), "Run `make safety`."


def test_the_tests_quote_every_entry_and_no_other():
    assert set(holders()) == set(ENTRIES)
