from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from marketplace.core.admin import Admin, linked, section
from uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(Admin):
    list_display = (
        "key",
        linked("owner"),
        "content_type",
        "size",
        "uses",
        "created_at",
    )
    list_filter = ("content_type", "created_at")
    list_select_related = ("owner",)
    search_fields = ("key", "owner__search_text__contains")
    fieldsets = (
        section(None, "picture owner key uses created_at"),
        section(_("File"), "content_type size width height digest"),
    )

    @admin.display(description=_("picture"))
    def picture(self, upload: Upload) -> str:
        return format_html(
            '<a href="{}"><img src="{}" alt="" class="max-h-80 rounded-default"></a>',
            upload.url,
            upload.thumbnail_url,
        )
