"""Signals of this app. The apps above connect to them in `ready()`.

Both are sent with `user`, in the transaction of the change: an exception in a receiver
rolls the change back.
"""

from django.dispatch import Signal

user_registered = Signal()
user_suspension_changed = Signal()  # after a suspension and after its end
