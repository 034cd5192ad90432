"""The endpoints of the product as most projects write them, to compare with.

Ordinary `ModelSerializer`, `ReadOnlyModelViewSet`, django-filter and
`PageNumberPagination` on the product's models, with related rows joined or prefetched,
JWT by SimpleJWT as it comes, and the middleware of a new Django project. It is served
as the product is. Its answers have the same rows and nearly the same fields; it hides
nothing but what a queryset can filter by simple conditions.
"""
