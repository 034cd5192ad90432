"""A new password by a link that is sent to the address of the account."""
