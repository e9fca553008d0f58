"""Which network addresses an app may have (webhooks.md H-16).

On one's own machine the app usually is on a private address, so everything is allowed unless the operator says
otherwise. A server that runs strangers' TwiML refuses private ranges: then neither a URL, nor a redirect, nor a host
name that resolves inwards reaches the operator's network.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(OSError):
    """The policy does not allow this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """Allows every address, or only global ones and those in `allow`."""

    refuse_private: bool = False
    allow: tuple[Network, ...] = ()

    def check(self, address: str) -> None:
        """Raises `AddressRefused` for an address, given as text, that apps may not have."""
        if not self.refuse_private:
            return
        found = _parse(address)
        if found is None or not (_is_public(found) or any(found in network for network in self.allow)):
            raise AddressRefused(f"{address} is not a public address, and others are refused (http.private_urls)")

    def check_host(self, host: str) -> None:
        """Like `check` for the host of a URL; a name passes here and is checked when it is resolved."""
        if is_numeric_host(host):
            self.check(host)

    def check_url(self, url: str) -> None:
        """Raises `AddressRefused` for a URL that can only lead inwards, so that it is refused where it is set.

        A name is resolved when it is asked, each time anew; here only `localhost` is known for what it is (RFC 6761
        §6.3). What is no URL passes: that is another mistake.
        """
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return
        if self.refuse_private and (host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost")):
            raise AddressRefused(f"{host} is this machine, and only public addresses are allowed (http.private_urls)")
        self.check_host(host)


def is_numeric_host(host: str) -> bool:
    """True for what `connect` takes for an address without asking DNS: `::1`, `127.1`, `2130706433`, `0x7f.1`."""
    return _parse(host) is not None or host.replace(".", "").isdigit()


def _parse(text: str) -> Address | None:
    """An address in any notation that `connect` understands; IPv6 in disguise of IPv4 is shown as the latter."""
    try:
        found = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(text))
        except (OSError, ValueError):
            return None
    return _embedded(found)


def _embedded(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: mapped, 6to4, NAT64."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast
