"""The address of an account: its confirmation, a change, and the way back."""
