"""`NameAddress`: the value of From, To, Contact, Route, Record-Route and Refer-To (RFC 3261 section 20.10)."""

from dataclasses import dataclass, replace

from ringback.sip.message.errors import MalformedHeader, MalformedUri
from ringback.sip.message.grammar import NO_PARAMETERS, QUOTED_STRING, Parameters, printable, quote, split_list, unquote
from ringback.sip.message.uri import SipUri, Uri, parse_uri

_HEADER = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAddress:
    """A display name, a URI, and the parameters of the header (not of the URI)."""

    display_name: str | None = None
    uri: Uri
    parameters: Parameters = NO_PARAMETERS

    @classmethod
    def parse(cls, text: str) -> "NameAddress":
        """Read `"name" <uri>;parameters`, `name <uri>` or `uri;parameters`; raises `MalformedHeader`."""
        text = text.strip()
        name, uri_text, parameters_start = _split(text)
        try:
            uri, parameters = parse_uri(uri_text), Parameters.parse(text, parameters_start)
        except MalformedUri as malformed:
            raise MalformedHeader(_HEADER, text, malformed.why) from malformed
        except ValueError as malformed:
            raise MalformedHeader(_HEADER, text, str(malformed)) from malformed
        if parameters.has_duplicates():
            raise MalformedHeader(_HEADER, text, "bearing a parameter twice")
        return cls(display_name=name, uri=uri, parameters=parameters)

    @classmethod
    def parse_list(cls, text: str) -> list["NameAddress"]:
        """Read a comma-separated list; commas in quotes and brackets do not separate."""
        return [cls.parse(element) for element in split_list(text)]

    def __str__(self) -> str:
        name = "" if self.display_name is None else quote(self.display_name) + " "
        return f"{name}<{self.uri}>{self.parameters}"

    @property
    def tag(self) -> str | None:
        """The tag parameter of From and To."""
        return self.parameters.get("tag")

    def with_tag(self, tag: str) -> "NameAddress":
        """A copy with this tag."""
        return replace(self, parameters=self.parameters.with_parameter("tag", tag))

    @property
    def sip_uri(self) -> SipUri:
        """The URI where only sip and sips will do (Contact, Route); raises `MalformedHeader` for another scheme."""
        if not isinstance(self.uri, SipUri):
            raise MalformedHeader(_HEADER, str(self.uri), "not a sip URI")
        return self.uri


def _split(text: str) -> tuple[str | None, str, int]:
    """Display name, URI text, and where the parameters start."""
    name: str | None
    if text.startswith('"'):
        quoted = QUOTED_STRING.match(text)
        if quoted is None:
            raise MalformedHeader(_HEADER, text, "an unterminated quoted string")
        name, start = unquote(quoted.group(1)), quoted.end()
        opening = text.find("<", start)
        if opening < 0 or text[start:opening].strip():
            raise MalformedHeader(_HEADER, text, "a display name without an address in brackets")
    else:
        opening = text.find("<")
        if opening < 0:
            return _split_without_brackets(text)
        name = _unquoted_name(text[:opening])
    closing = text.find(">", opening)
    if closing < 0:
        raise MalformedHeader(_HEADER, text, "missing a closing bracket")
    # We differ: blanks inside the brackets (RFC 4475 section 3.1.2.14) are passed over.
    return name, text[opening + 1 : closing].strip(), closing + 1


def _unquoted_name(text: str) -> str | None:
    # display-name = *(token LWS). We differ: other characters than a token's are kept (RFC 4475 section 3.1.2.15),
    # since names such as "J. O'Neill (work)" and raw UTF-8 come unquoted from the field.
    name = printable(text.strip())
    if '"' in name or ";" in name:
        raise MalformedHeader(_HEADER, text, "bearing a quote inside a display name")
    return name or None


def _split_without_brackets(text: str) -> tuple[str | None, str, int]:
    # RFC 3261 section 20: with a comma, a semicolon or a question mark the URI must be in brackets; a semicolon
    # therefore begins the parameters of the header.
    semicolon = text.find(";")
    end = len(text) if semicolon < 0 else semicolon
    uri = text[:end].rstrip()
    if "," in uri or "?" in uri:
        raise MalformedHeader(_HEADER, text, "a URI that needs brackets")
    return None, uri, end
