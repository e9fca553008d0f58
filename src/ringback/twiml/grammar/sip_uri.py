"""SIP URIs in a document: their faults become problems, what is left of them goes into the node (OU-06 to OU-09)."""

from collections.abc import Iterable

from ringback.twiml.element import Element
from ringback.twiml.errors import shown
from ringback.twiml.kind import Kind
from ringback.twiml.reading import Reading
from ringback.twiml.sip_address import AddressFault, HopelessAddress, read_sip_address

URI_NOT_VALID = 13243

# What the docs and the tables say; the reading itself needs to report several faults, so `read_uri` does it.
SIP_URI = Kind(expected="a SIP URI such as sip:alice@example.com", read=str.strip)


def read_uri(element: Element, reading: Reading) -> str | None:
    """The URI in the element's text, with the headers that may travel; None (13243) if nothing can be dialled."""
    written = element.text.strip()
    try:
        address = read_sip_address(written)
    except HopelessAddress as error:
        message = f"<{element.name}> {shown(written)}: expected {SIP_URI.expected}: {error}; it is skipped"
        reading.report(URI_NOT_VALID, element, message, value=written)
        return None
    report_faults(address.faults, element, reading)
    return str(address)


def report_faults(faults: Iterable[AddressFault], element: Element, reading: Reading) -> None:
    for fault in faults:
        reading.report(fault.code, element, f"<{element.name}>: {fault.message}")
