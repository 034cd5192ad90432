"""Open sessions of a person, and the log of what happened to the account."""
