from marketplace.core.pagination import Pages


class MessagePages(Pages):
    """Page 1 holds the newest messages; inside a page the oldest come first."""

    default = 50

    def paginate_queryset(self, queryset, request, view=None):
        return super().paginate_queryset(queryset, request, view)[::-1]
