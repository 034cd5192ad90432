"""Signals of this app. The apps above connect to them in `ready()`.

Both are sent in the transaction of the change itself, with `user`: a receiver that
fails undoes the change.
"""

from django.dispatch import Signal

user_registered = Signal()
user_suspension_changed = Signal()  # suspended, or restored
