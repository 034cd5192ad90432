"""A fourth type of item, as an app: for tests/test_item_types.py."""
