"""What a job may raise to say more than that it failed."""


class PermanentFailure(Exception):
    """No later try can succeed: the job becomes a dead letter at once."""


class JobTimeout(Exception):
    """The job ran for longer than its `seconds`."""


class LeaseLost(Exception):
    """Another worker has taken the job over; what this one wrote is rolled back."""
