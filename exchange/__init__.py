"""Tables for staff: exports of lists, and imports of items."""
