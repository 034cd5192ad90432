"""What the forms above the lists of the admin are sent to."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from core.admin.base import changelist_url
from core.admin.queries import MAX_QUERY_CHARS, UnknownFilters
from core.exceptions import DomainError, NotAllowed
from saved_filters import services
from saved_filters.forms import SaveForm
from saved_filters.lists import kept_part, page_of
from saved_filters.models import SavedFilter


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save a filter, and return to its list.

    404 for a list that does not exist, 403 for one that the user may not see.
    """
    form = SaveForm(request.POST)
    is_valid = form.is_valid()
    page = page_of(form.cleaned_data.get("model", ""))
    if page is None:
        raise Http404
    if not page.has_view_permission(request):
        raise PermissionDenied
    query = form.cleaned_data.get("query", "")
    if not is_valid:
        name_errors = form.errors.get("name") or [_("The list has no such filters.")]
        messages.error(request, str(name_errors[0]))
    else:
        try:
            data = {k: v for k, v in form.cleaned_data.items() if k != "model"}
            services.save(cast(User, request.user), page=page, **data)
        except NotAllowed as error:
            raise PermissionDenied from error
        except UnknownFilters as problem:
            query = ""  # the list would refuse it again
            messages.error(request, str(problem))
        except DomainError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("The filter is saved."))
    back = kept_part(query) if len(query) <= MAX_QUERY_CHARS else ""
    address = changelist_url(page.model)
    return HttpResponseRedirect(f"{address}?{back}" if back else address)


@require_POST
def delete_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Delete a filter, and return to its list.

    404 for one that the user does not see, 403 for one of somebody else.
    """
    rows = SavedFilter.objects.visible_to(request.user).filter(pk=filter_id)
    if (saved := rows.first()) is None:
        raise Http404
    page = page_of(saved.model)
    if page is not None and not page.has_view_permission(request):
        page = None
    if page is None and saved.owner_id != request.user.pk:
        raise Http404
    try:
        services.delete(saved, actor=cast(User, request.user))
    except NotAllowed as error:
        raise PermissionDenied from error
    messages.success(request, _("The filter is deleted."))
    back = changelist_url(page.model) if page else reverse("admin:index")
    return HttpResponseRedirect(back)
