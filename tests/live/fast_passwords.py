"""The settings of a server that hashes passwords in no time.

For races that are not about hashing: it would take most of their time.
"""

from marketplace.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
