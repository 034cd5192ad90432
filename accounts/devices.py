"""The device of a request: the network and the program from which it comes."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core.addresses import client_address, network_of

MAX_USER_AGENT_CHARS = 400


@dataclass(frozen=True)
class Device:
    """The network address and the `User-Agent` header of a client."""

    address: str
    user_agent: str = ""

    @property
    def fingerprint(self) -> str:
        """A keyed hash of network and program, 32 hexadecimal digits.

        The same for all tabs of a browser. Neither can be read back from it.
        """
        text = f"{network_of(self.address)} {self.user_agent[:MAX_USER_AGENT_CHARS]}"
        return salted_hmac("accounts.devices", text, algorithm="sha256").hexdigest()[
            :32
        ]


def device_of(request: HttpRequest) -> Device:
    """Return the device from which a request comes."""
    return Device(client_address(request), request.META.get("HTTP_USER_AGENT", ""))
