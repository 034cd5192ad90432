"""Demo data: the same rows for the same size, random state and day."""
