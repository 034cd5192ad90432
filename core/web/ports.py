"""The ports that servers listen on."""

import errno


def cannot_listen(host: str, port: int, error: OSError) -> str:
    """Return a sentence for a server that cannot listen on `host` and `port`."""
    where = f"Cannot listen on {host}, port {port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where}: another program does. Stop it, or set PORT to a free port."
    return f"{where}: {error.strerror or error}. Check HOST and PORT."
