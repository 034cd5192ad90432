import factory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.tests.factories import DecisionFactory
from moderation.models import Appeal, Case, ReasonTemplate, Report, Strike


class CaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Case

    target_type = "listing"
    target_id = factory.Sequence(int)
    target_label = "Bicycle"
    person = factory.SubFactory(UserFactory)
    due_at = factory.LazyFunction(timezone.now)


class ReportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Report

    case = factory.SubFactory(CaseFactory)
    reporter = factory.SubFactory(UserFactory)
    category = "scam"
    explanation = "The seller asks for money first."


class AppealFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Appeal

    decision = factory.LazyFunction(lambda: DecisionFactory(person=UserFactory()))
    text = "I have the receipt of the bicycle."


class StrikeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Strike

    person = factory.SubFactory(UserFactory)
    decision = factory.LazyAttribute(
        lambda strike: DecisionFactory(person=strike.person)
    )
    points = 1
    expires_at = factory.LazyFunction(timezone.now)


class ReasonTemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReasonTemplate

    name = factory.Sequence("Text {}".format)
    category = "scam"
    basis = "Terms, 4.2"
    text_en = "The seller asks for money first."
    text_lv = "Pārdevējs prasa naudu iepriekš."
    text_ru = "Продавец просит деньги вперёд."
