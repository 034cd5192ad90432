"""Query parameters of the list of disputes."""

import django_filters as filters

from core.api.filters import ChoiceParam
from tasks.models import Dispute


class DisputeFilter(filters.FilterSet):
    """The filter of the list."""

    status = ChoiceParam(choices=Dispute.Status.choices)

    class Meta:
        model = Dispute
        fields: list[str] = []
