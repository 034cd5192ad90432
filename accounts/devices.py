"""The device of a request: the network and the program from which it comes."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core.addresses import client_address, network_of, shortened_network

MAX_USER_AGENT_CHARS = 400
# The first that a `User-Agent` header contains; Edge and Opera also say Chrome, and
# Chrome also says Safari.
PROGRAMS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari", "curl")
PROGRAM_NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "CrOS", "Linux")
SYSTEM_NAMES = {"Mac OS X": "macOS", "CrOS": "ChromeOS"}


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

    @property
    def network(self) -> str:
        """The shortened network, which names no household."""
        return shortened_network(self.address)

    @property
    def client(self) -> str:
        """Program and system, such as "Firefox, Linux"; empty if neither is known.

        Of names that are listed here alone, so that it can be shown as it is.
        """
        program = _first(PROGRAMS, PROGRAM_NAMES, self.user_agent)
        system = _first(SYSTEMS, SYSTEM_NAMES, self.user_agent)
        return ", ".join(filter(None, (program, system)))


def _first(known: tuple[str, ...], names: dict[str, str], user_agent: str) -> str:
    part = next((one for one in known if one in user_agent), "")
    return names.get(part, part)


def device_of(request: HttpRequest) -> Device:
    """Return the device from which a request comes."""
    return Device(client_address(request), request.META.get("HTTP_USER_AGENT", ""))
