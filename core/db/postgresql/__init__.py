"""Django's PostgreSQL engine with a pool that notices a restart and does not wait.

`settings.DATABASES` names this package as its `ENGINE`; Django loads `base` from it.
"""
