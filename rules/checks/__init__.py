"""The rules: one class for each, without writes."""
