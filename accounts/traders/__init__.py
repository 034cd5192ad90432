"""Traders: people who sell as a business (Digital Services Act, article 30)."""
