"""Signals of uploads."""

from django.dispatch import Signal

# Sent before a decision about a picture is stored, in its transaction, with `upload`,
# `actor` (None if automated), `outcome`, `reason` and the fields of the decision.
# `audit` lets the picture point to the decision.
upload_decided = Signal()

# Sent in the transaction of a decision about a picture, with `upload`, `actor`,
# `action`, `reason`, `before` and `after`. `audit` records it.
upload_moderated = Signal()
