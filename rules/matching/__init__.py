"""Finds things in texts and pictures, without rules and rows."""
