"""Read-only serializers that turn rows into plain dicts."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from rest_framework import serializers

if TYPE_CHECKING:
    from django.contrib.auth.models import _User  # stands for AUTH_USER_MODEL


class Output(serializers.Serializer):
    """Read-only. Its declared fields are the schema; the rows become plain dicts.

    DRF walks every field of every row through generic code; here what is shown as it is
    is read at once, for the renderer knows times and decimals. Fields keep DRF's
    meaning of `source`. Those named in `optional` are in the schema, and in a row when
    a subclass puts them there.
    """

    is_base = True  # set on classes whose docstring is not for the API's description
    optional: frozenset[str] = frozenset()
    example: dict[str, Any] | None = None  # of the API's description

    @cached_property
    def viewer(self) -> "_User | None":
        """The user who reads; None for a caller who is not signed in."""
        request = self.context.get("request")
        user = request.user if request else None
        return user if user is not None and user.is_authenticated else None

    def absolute(self, url: str | None) -> str | None:
        """Return a site path as a full URL, for an `<img>` on another site."""
        if url and url.startswith("/") and not url.startswith("//"):
            request = self.context.get("request")
            here = request.build_absolute_uri if request else settings.SITE_URL.__add__
            return here(url)
        return url or None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        names, read, _others = _plan(type(self))
        shown = dict(zip(names, read(instance), strict=True))
        for name, get in self._others:
            shown[name] = get(instance)
        return shown

    def of_all(self, instances: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the rows as dicts, as `many=True` would, without a list serializer."""
        return [self.to_representation(instance) for instance in instances]

    @cached_property
    def _others(self) -> list[tuple[str, Callable[..., Any]]]:
        return [
            (name, self._getter(name, field)) for name, field in _plan(type(self))[2]
        ]

    def _getter(self, name: str, field: serializers.Field) -> Callable[..., Any]:
        if isinstance(field, serializers.SerializerMethodField):
            return getattr(self, field.method_name or f"get_{name}")
        get = attrgetter(_source(name, field))
        nested = cast(type[Output], type(field))(context=self.context)
        return lambda row: nested._or_none(get(row))

    def _or_none(self, instance: object) -> dict[str, Any] | None:
        return None if instance is None else self.to_representation(instance)


def fields_of(*outputs: type[serializers.Serializer]) -> frozenset[str]:
    """Return the names of all fields that `outputs` can show."""
    return frozenset().union(*(output._declared_fields for output in outputs))


@cache
def _plan(
    output: type[Output],
) -> tuple[list[str], Callable[..., Any], list[tuple[Any, ...]]]:
    """The fields that are read as they are, one getter for them all, and the others."""
    plain: dict[str, str] = {}
    others: list[tuple[str, serializers.Field]] = []
    for name, field in output._declared_fields.items():
        if isinstance(field, serializers.SerializerMethodField | Output):
            others.append((name, field))
        elif name not in output.optional:
            plain[name] = _source(name, field)
    return list(plain), _reader(list(plain.values())), others


def _source(name: str, field: serializers.Field) -> str:
    return cast(str | None, field.source) or name


def _reader(sources: list[str]) -> Callable[[object], tuple[Any, ...]]:
    if len(sources) > 1:
        return attrgetter(*sources)
    return lambda row: tuple(attrgetter(source)(row) for source in sources)
