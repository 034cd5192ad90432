"""A living market, made up: the same one for the same size, number and day."""
