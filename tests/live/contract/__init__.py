"""Every row of the REST contract, checked over HTTP against a running server.

`python -m tests.live.contract [URL]`. Each run registers its own people and asks
lists for their items alone, so it may run repeatedly on a market that is in use.
"""
