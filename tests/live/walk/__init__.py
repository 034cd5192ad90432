"""The REST contract walked over real HTTP, row by row, against a live server.

`python -m tests.live.walk [URL]`. It registers people of its own, works in a category
of its own, and so may walk a market that is in use, again and again.
"""
