"""Registrations: at once, or when the address is confirmed."""
