"""What counts against a person."""

from django.utils import timezone

from accounts.models import User
from moderation.models import Strike


def count_of(person: User) -> int:
    """Return how many decisions count against a person now; what is undone does not."""
    rows = Strike.objects.filter(person=person.pk, expires_at__gt=timezone.now())
    return rows.filter(decision__undone_by=None).count()
