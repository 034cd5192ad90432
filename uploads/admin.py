"""Admin pages of uploads, and the pictures on pages of other models."""

from collections.abc import Iterable

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, link_column, status_column
from core.admin.changelists import CachedValuesFilter
from uploads.models import URL_PREFIX, Upload
from uploads.services import HasImages
from uploads.workflow import UPLOAD_MODERATION


def thumbnail(url: str) -> str:
    """Return an HTML thumbnail that links to the image; other sites' URLs as text."""
    if not url.startswith(URL_PREFIX):
        return url
    return linked_picture(url, Upload(key=url.removeprefix(URL_PREFIX)).thumbnail_url)


def linked_picture(url: str, small: str) -> str:
    """Return the picture `small` as HTML, which links to the large one."""
    picture = '<a href="{}"><img src="{}" alt="" class="max-h-80 rounded-default"></a>'
    return format_html(picture, url, small)


def in_a_row(pictures: Iterable[str]) -> str:
    """Return pictures beside each other, as HTML."""
    row = format_html_join("", "{}", ((picture,) for picture in pictures))
    return format_html('<div class="flex flex-wrap gap-4">{}</div>', row)


class PicturesMixin:
    """Adds the read-only field `pictures` to the page of a model with `images`.

    And the column `first_picture` to its list.
    """

    @admin.display(description=_("picture"))
    def first_picture(self, item: HasImages) -> str:
        """Return the first thumbnail as HTML, 40 pixels high."""
        url = item.images.split(",")[0] if item.images else ""
        if not url.startswith(URL_PREFIX):
            return ""
        small = Upload(key=url.removeprefix(URL_PREFIX)).thumbnail_url
        return format_html('<img src="{}" alt="" height="40" loading="lazy">', small)

    @admin.display(description=_("pictures"))
    def pictures(self, item: HasImages) -> str:
        """Return the thumbnails of an item as HTML."""
        urls = item.images.split(",") if item.images else []
        return in_a_row(thumbnail(url) for url in urls)


@admin.register(Upload)
class UploadAdmin(Admin):
    """Uploads: read-only, but staff remove and restore them."""

    workflows = (UPLOAD_MODERATION,)

    list_display = (
        "key",
        "small_picture",
        link_column("owner"),
        "content_type",
        "size",
        "uses",
        "is_private",
        status_column("moderation"),
        "created_at",
    )
    list_filter = (
        "moderation",
        "is_private",
        ("content_type", CachedValuesFilter),
        "created_at",
    )
    list_select_related = ("owner",)
    search_fields = ("key__startswith", "owner__search_text__words")
    fieldsets = (
        fieldset(None, "picture owner key uses is_private created_at"),
        fieldset(_("Moderation"), "moderation moderation_reason moderated_at"),
        fieldset(_("File"), "content_type size width height digest"),
    )

    @admin.display(description=_("picture"))
    def small_picture(self, upload: Upload) -> str:
        """Return the thumbnail of a public upload as HTML, 40 pixels high."""
        if upload.is_private:
            return ""
        picture = '<img src="{}" alt="" height="40" loading="lazy">'
        return format_html(picture, upload.thumbnail_url)

    @admin.display(description=_("picture"))
    def picture(self, upload: Upload) -> str:
        """Return the thumbnail as HTML, or a sentence for a private upload."""
        if upload.is_private:
            return str(_("Private: shown with its message."))
        return thumbnail(upload.url)
