"""Signals of uploads."""

from django.dispatch import Signal

# Sent in the transaction of a decision of staff about a picture, with `upload`,
# `actor`, `action`, `reason`, `before` and `after`. `audit` records it.
upload_moderated = Signal()
