import factory

from figures.counting import market_today
from figures.models import DailyFigure, SearchWithoutResults


class DailyFigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DailyFigure

    day = factory.LazyFunction(market_today)
    name = "sign_ups"
    value = 1


class SearchWithoutResultsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SearchWithoutResults

    day = factory.LazyFunction(market_today)
    item_type = "listing"
    query = factory.Sequence("zither {}".format)
    count = 1
