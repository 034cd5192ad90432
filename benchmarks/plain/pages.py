"""Ordinary pages by number."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    page_size = 20
    page_size_query_param = "per_page"
    max_page_size = 100


class LongPages(Pages):
    """Of own lists, which the client reads whole."""

    page_size = max_page_size = 500
