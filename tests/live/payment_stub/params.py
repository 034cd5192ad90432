"""Validation of requests by the typed parameters of Stripe's SDK.

What the types of the SDK do not name is refused, as Stripe refuses it.
"""

import types
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

from stripe import RequestOptions
from typing_extensions import get_type_hints, is_typeddict

from tests.live.payment_stub.errors import ApiError

OPTIONS = frozenset(RequestOptions.__annotations__)  # of the SDK, and never sent


def decode_form(text: str) -> dict[str, Any]:
    """Return `a[b]=1&c[0]=2` as nested dicts and lists of texts."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = name.replace("]", "").split("[")
        place, keys = root, [first, *rest]
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        # Of `a[]`, each is the next one.
        place[keys[-1] or str(len(place))] = value
    return {name: _with_lists(value) for name, value in root.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _with_lists(each) for key, each in value.items()}


@cache
def _hints(shape: type) -> dict[str, Any]:
    # What the SDK imports for type checkers alone; only its options use it.
    names = {"StripeContext": object, "Mapping": dict}
    found = get_type_hints(shape, localns=names, include_extras=True)
    return {name: hint for name, hint in found.items() if name not in OPTIONS}


def check(params: dict[str, Any], shape: Any) -> dict[str, Any]:
    """Return the parameters with the types of a `TypedDict`. Raises `ApiError`."""
    return _typed_dict(params, shape, "")


def _typed_dict(value: Any, shape: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(400, "parameter_invalid", f"Invalid object: {path}", path)
    hints = _hints(shape)
    for name in value.keys() - hints.keys():
        where = f"{path}[{name}]" if path else name
        raise ApiError(400, "parameter_unknown", f"Unknown parameter: {where}", where)
    for name in (shape.__required_keys__ & hints.keys()) - value.keys():
        where = f"{path}[{name}]" if path else name
        raise ApiError(400, "parameter_missing", f"Missing parameter: {where}", where)
    return {
        name: _convert(each, hints[name], f"{path}[{name}]" if path else name)
        for name, each in value.items()
    }


def _convert(value: Any, hint: Any, path: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required):
        return _convert(value, args[0], path)
    if origin in (Union, types.UnionType):
        return _first_that_fits(value, args, path)
    if is_typeddict(hint):
        return _typed_dict(value, hint, path)
    if origin is list and isinstance(value, list):
        return [_convert(each, args[0], f"{path}[]") for each in value]
    if origin is dict and isinstance(value, dict):
        return {k: _convert(v, args[1], f"{path}[{k}]") for k, v in value.items()}
    if origin is Literal and value in args:
        return value
    return _scalar(value, hint, path)


def _first_that_fits(value: Any, hints: tuple, path: str) -> Any:
    errors = []
    for hint in hints:
        try:
            return _convert(value, hint, path)
        except ApiError as error:
            errors.append(error)
    raise max(errors, key=lambda error: len(error.param))  # the one that went deepest


def _scalar(value: Any, hint: Any, path: str) -> Any:
    if hint is str and isinstance(value, str):
        return value
    if hint is bool and value in (True, False, "true", "false"):
        return value in (True, "true")
    is_text = isinstance(value, str) and value.lstrip("-").isdigit()
    if hint is int and (is_text or type(value) is int):
        return int(value)
    if hint is Any:
        return value
    raise ApiError(400, "parameter_invalid", f"Invalid value for {path}", path)
