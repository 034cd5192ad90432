"""Django's SMTP backend with a timeout for each step, as RFC 5321 asks.

A server that cannot be reached is noticed soon. A server that has received an e-mail
and takes long to answer has probably accepted it: a client that does not wait for the
answer sends the same e-mail again (RFC 5321, section 4.5.3.2.6).
"""

import smtplib
from socket import socket
from typing import Any

from django.conf import settings
from django.core.mail.backends import smtp


class PatientSMTP(smtplib.SMTP):
    """An SMTP connection that waits long for the answer to an e-mail only.

    `timeout` is the one of the connection: `EMAIL_TIMEOUT` of the settings.
    """

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket:
        connected = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        # From here on for the greeting and for each command.
        connected.settimeout(settings.EMAIL_COMMAND_TIMEOUT)
        return connected

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the e-mail; return the code and the text of the answer."""
        assert self.sock is not None  # connected
        self.sock.settimeout(settings.EMAIL_DATA_TIMEOUT)
        answer = super().data(msg)
        # For QUIT: the e-mail is accepted or refused, nothing depends on it any more.
        self.sock.settimeout(settings.EMAIL_TIMEOUT)
        return answer


class PatientSMTPOverTLS(PatientSMTP, smtplib.SMTP_SSL):
    """The same for a server that expects TLS from the first byte."""


class EmailBackend(smtp.EmailBackend):
    """Sends e-mails by SMTP."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Return the class of the connection."""
        return PatientSMTPOverTLS if self.use_ssl else PatientSMTP
