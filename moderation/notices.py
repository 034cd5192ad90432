"""Notify reporters and the people whom decisions concern."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from audit.models import Decision
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail
from moderation import links
from moderation.models import Appeal, Report
from notifications.services import notify

RECEIPTS_PER_DAY = 5  # to one address that nobody has confirmed


def report_received(report: Report) -> None:
    """Confirm that a report has arrived: Article 16(4)."""
    if report.reporter is not None:
        notify(
            report.reporter,
            "report_received",
            subject=report,
            title=report.case.target_label,
        )
    elif _receipts_today(report) <= RECEIPTS_PER_DAY:
        _write(report, "report_received", _("We have received your report"))


def _receipts_today(report: Report) -> int:
    """Count the reports of the address, whose owner may know nothing of them."""
    since = timezone.now() - timedelta(days=1)
    return Report.objects.filter(email=report.email, created_at__gt=since).count()


def report_decided(report: Report, *, is_upheld: bool) -> None:
    """Tell a reporter what became of it: Article 16(5)."""
    if report.reporter is not None:
        notify(
            report.reporter,
            "report_upheld" if is_upheld else "report_not_upheld",
            subject=report,
            title=report.case.target_label,
        )
    else:
        subject = _("Your report is decided")
        about = report.case.decision
        _write(report, "report_decided", subject, is_upheld=is_upheld, about=about)


def decided(decision: Decision) -> None:
    """Tell a person of a decision that no table tells them of: a warning."""
    if decision.outcome == Decision.Outcome.WARN:
        notify(
            decision.person,
            "warned",
            subject=decision,
            actor=None,
            title=decision.target_label,
            reason=decision.facts,
        )


def restriction_changed(
    sender: type[User], *, user: User, decision: Decision | None, **kwargs: Any
) -> None:
    """Send the statement of reasons, or that a restriction is undone.

    Receives `user_restriction_changed`; nothing is sent at the end that the decision
    named.
    """
    if decision is None:
        return
    is_undone = decision.outcome == Decision.Outcome.RESTORE
    what = decision.undoes if is_undone and decision.undoes else decision
    with override(user.language):
        words = ", ".join(what.scope_labels)
        if not is_undone and what.until is not None:
            until = date_format(timezone.localtime(what.until), "DATETIME_FORMAT")
            words = _("%(what)s (until %(until)s)") % {"what": words, "until": until}
    params: dict[str, Any] = {} if is_undone else {"reason": decision.facts}
    kind = "restriction_lifted" if is_undone else "restricted"
    notify(user, kind, subject=decision, actor=None, what=words, **params)


def appeal_decided(appeal: Appeal) -> None:
    """Tell who has appealed of the answer, or that something else has closed it."""
    kind = f"appeal_{appeal.status}"
    person = appeal.report.reporter if appeal.report else appeal.decision.person
    about = appeal.report or appeal.decision
    if person is not None and person.is_active:
        title = appeal.decision.target_label
        notify(person, kind, subject=about, title=title, reason=appeal.answer)
        return
    concerned = appeal.decision.person
    _send(
        f"appeal:{appeal.pk}",
        to=appeal.report.email if appeal.report else concerned.email,
        language=appeal.report.language if appeal.report else concerned.language,
        subject=_("Your appeal is decided"),
        template="appeal_decided",
        is_closed=appeal.status == Appeal.Status.CLOSED,
        is_upheld=appeal.status == Appeal.Status.UPHELD,
        answer=appeal.answer,
        url=links.url_of(about.number),
    )


def suspended(sender: type[User], *, user: User, **kwargs: Any) -> None:
    """Send the statement of reasons. Receives `user_suspension_changed`.

    By e-mail: nobody who is suspended can sign in.
    """
    decision = user.suspension
    if decision is None or not user.email:
        return
    _send(
        f"suspended:{decision.number}",
        to=user.email,
        language=user.language,
        subject=_("Your account is suspended"),
        template="suspended",
        name=user.display_name,
        decision=decision,
        url=links.url_of(decision.number),
    )


def _write(
    report: Report, template: str, subject: str | Promise, **context: Any
) -> None:
    """Send an e-mail to who reported without an account."""
    _send(
        f"{template}:{report.number}:{context.get('about', '')}",
        to=report.email,
        language=report.language,
        subject=subject,
        template=template,
        report=report,
        url=links.url_of(report.number),
        **context,
    )


def _send(
    key: str, *, to: str | None, language: str | None, template: str, **context: Any
) -> None:
    if not to:
        return
    with override(language or settings.LANGUAGE_CODE):
        subject = str(context.pop("subject"))  # lazy: in the language of the reader
        text = render_to_string(
            f"moderation/{template}.txt", {"site": settings.SITE_NAME} | context
        )
    enqueue_mail(
        key,
        to=to,
        subject=f"{settings.SITE_NAME}: {subject}",
        text=text,
        headers=AUTOMATIC,
        is_secret=True,
    )
