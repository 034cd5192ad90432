"""The settings of production, e-mails that go nowhere, and one webhook more.

Production refuses such an e-mail backend in the environment. The webhook is that of
`benchmarks.bare_urls`.
"""

from marketplace.settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
ROOT_URLCONF = "benchmarks.bare_urls"
