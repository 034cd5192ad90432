"""What the workers' own clock does."""

from django.utils import timezone

from jobs.registry import every, job
from marketplace.maintenance.jobs import run_all


@every(hours=1)
@job(tries=3, seconds=1800, outward=True)  # long, and each part a transaction
def maintain() -> None:
    """What `manage.py maintain` does. Raises `RuntimeError` with what failed."""
    counts = dict(run_all(at=timezone.now(), dry_run=False))
    failed = [name for name, count in counts.items() if count is None]
    if failed:
        raise RuntimeError(f"Failed: {', '.join(failed)}.")
