"""Errors of the stub's API."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error. `is_kept`: a repeated key gets it again."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str = "",
        param: str = "",
        *,
        kind: str = "invalid_request_error",
        is_kept: bool = False,
    ):
        super().__init__(message or code)
        self.status, self.code, self.param, self.kind = status, code, param, kind
        self.message, self.is_kept = message or code, is_kept

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        error = {"type": self.kind, "code": self.code, "message": self.message}
        return {"error": error | ({"param": self.param} if self.param else {})}


def refused(code: str, message: str = "", param: str = "") -> ApiError:
    """Return an error of a call that was carried out, and could not be done."""
    return ApiError(400, code, message, param, is_kept=True)


def missing(object_id: str, param: str = "id") -> ApiError:
    """Return the error for an object that does not exist."""
    return ApiError(
        404 if param == "id" else 400,
        "resource_missing",
        f"No such object: {object_id}",
        param,
        is_kept=True,
    )
