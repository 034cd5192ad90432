"""What the server and the middleware must agree on about bodies and refusals."""

from django.conf import settings

# The key in the environ under which the server says why a request must be refused.
REFUSAL = "marketplace.refusal"
MAX_DRAINED_RATIO = 8  # a body of up to this times its limit is read before the 413
FORM_OVERHEAD_BYTES = 64 * 1024  # of multipart/form-data, around the file


def body_limit(content_type: str) -> int:
    """Return the largest body of this type, in bytes."""
    if content_type.partition(";")[0].strip().lower() == "multipart/form-data":
        return settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES
    return settings.BODY_MAX_BYTES
