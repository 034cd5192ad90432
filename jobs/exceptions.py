"""Exceptions of the job queue. A job raises the first; the worker raises the others."""


class PermanentFailure(Exception):
    """The job can never succeed: it becomes dead at once, without another attempt."""


class JobTimeout(Exception):
    """The job ran for longer than its `timeout_s`."""


class LeaseLost(Exception):
    """Another worker holds the job now; the transaction of this one rolls back."""
