"""The terms of the site, and who has accepted which version."""
