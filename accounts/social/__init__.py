"""Signing in with an account of Google or Apple."""
