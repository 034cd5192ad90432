"""Signals of this app. The apps above connect to them in `ready()`."""

from django.dispatch import Signal

# A rule has found something. Sent in the transaction of the post, after it is saved
# (or in the job that checks it later), with
#   rule: the name, outcome: "flag", "hold" or "mask",
#   target: the saved item, review or message, person: its author,
#   detail: what was found, without words of the post.
# "hold" asks the receiver to hide the target until staff have seen it. What a receiver
# writes is rolled back if it raises; the post is saved all the same.
rule_hit = Signal()
