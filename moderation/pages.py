"""The page behind a signed link: a report or a decision, and the appeal against it.

It needs no session and no JavaScript: people read it who cannot sign in.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from audit.models import Decision
from core.exceptions import DomainError, page_for_people
from moderation import appeals, links
from moderation.models import Report
from moderation.serializers import (
    AppealInput,
    DecisionSerializer,
    ReportSerializer,
)


@never_cache
@csrf_exempt  # the token is secret, and its page has no session
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Show the report or the decision; a POST appeals. Raises 404 for another token."""
    if not links.is_valid(number, token):
        raise Http404
    is_report = number.startswith("R")
    found: Any = (
        (Report if is_report else Decision).objects.filter(number=number).first()
    )
    if found is None:
        raise Http404
    with override(_language(found) or request.LANGUAGE_CODE):
        error = ""
        if request.method == "POST":
            error = _appeal(found, request.POST.get("text", ""))
            if not error:
                return redirect(request.path)
            found.refresh_from_db()
        show = ReportSerializer if is_report else DecisionSerializer
        answer = render(
            request,
            "moderation/page.html",
            {
                "shown": show().to_representation(found),
                "is_report": is_report,
                "can_appeal": _can_appeal(found),
                "error": error,
            },
            status=400 if error else 200,
        )
    return page_for_people(answer)


def _language(found: Any) -> str:
    return found.language if isinstance(found, Report) else found.person.language


def _can_appeal(found: Any) -> bool:
    if isinstance(found, Decision):
        return appeals.can_appeal(found)
    return appeals.can_appeal_report(found)


def _appeal(found: Any, text: str) -> str:
    """Appeal; return why not, in words."""
    data = AppealInput(data={"text": text})
    try:
        data.is_valid(raise_exception=True)
        is_report = isinstance(found, Report)
        store = appeals.appeal_report if is_report else appeals.appeal
        store(found, **data.validated_data)
    except ValidationError:
        return " ".join(map(str, data.errors["text"]))
    except DomainError as error:
        return str(error)
    return ""
