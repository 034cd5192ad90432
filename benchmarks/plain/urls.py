"""The routes, with the paths of the product."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from benchmarks.plain import views

router = SimpleRouter(trailing_slash=False)
for prefix, viewset in {
    "tasks": views.TaskViewSet,
    "listings": views.ListingViewSet,
    "offerings": views.OfferingViewSet,
    "favorites": views.FavoriteViewSet,
    "messages/conversations": views.ConversationViewSet,
    "messages": views.MessageViewSet,
    "notifications": views.NotificationViewSet,
    "saved-searches": views.SavedSearchViewSet,
    "auth/sessions": views.SessionViewSet,
    r"auth/users/(?P<person>\d+)/reviews": views.ReviewViewSet,
}.items():
    router.register(prefix, viewset, basename=f"plain-{prefix}")


def ready(_request: HttpRequest) -> HttpResponse:
    """Answer the probe of whoever starts the server."""
    return HttpResponse("ok")


urlpatterns = [path("ready", ready), path("api/", include(router.urls))]
