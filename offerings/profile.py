"""The services of a person in their whole profile."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.profile_sections import Section
from offerings.models import Offering
from offerings.serializers import OfferingSerializer


def offerings_of(user: User) -> QuerySet[Offering]:
    """Return the offerings of `user` in all statuses, the newest first."""
    return Offering.objects.for_display().owned_by(user).newest_first()


OFFERINGS = Section(offerings_of, OfferingSerializer, "/api/offerings/my")
