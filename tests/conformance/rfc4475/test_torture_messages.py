"""Every message of RFC 4475 section 3, byte for byte, against what the RFC says it is owed.

`owed` is the status of the answer, `GOOD` for a message that goes on to the transaction layer, or `DROPPED`. Where the
RFC leaves a choice between refusing and being liberal, `choice` says which one is ours and why.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from ringback.sip.message.message import Request, Response, reply
from ringback.sip.message.parser import MalformedMessage, parse_message
from ringback.sip.message.validate import validate_request

HERE = Path(__file__).parent
GOOD = "good"
DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    section: str
    title: str
    owed: int | str
    choice: str = ""
    fails: str = ""


CASES = (
    Case("wsinv", "3.1.1.1", "A Short Tortuous INVITE", GOOD),
    Case("intmeth", "3.1.1.2", "Wide Range of Valid Characters", GOOD),
    Case("esc01", "3.1.1.3", "Valid Use of the % Escaping Mechanism", GOOD),
    Case("escnull", "3.1.1.4", "Escaped Nulls in URIs", GOOD),
    Case("esc02", "3.1.1.5", "Use of % When It Is Not an Escape", GOOD),
    Case("lwsdisp", "3.1.1.6", "Message with No LWS between Display Name and <", GOOD),
    Case("longreq", "3.1.1.7", "Long Values in Header Fields", GOOD),
    Case("dblreq", "3.1.1.8", "Extra Trailing Octets in a UDP Datagram", GOOD),
    Case("semiuri", "3.1.1.9", "Semicolon-Separated Parameters in URI User Part", GOOD),
    Case("transports", "3.1.1.10", "Varied and Unknown Transport Types", GOOD),
    Case("mpart01", "3.1.1.11", "Multipart MIME Message", GOOD),
    Case("unreason", "3.1.1.12", "Unusual Reason Phrase", GOOD),
    Case("noreason", "3.1.1.13", "Empty Reason Phrase", GOOD),
    Case("badinv01", "3.1.2.1", "Extraneous Header Field Separators", 400),
    Case("clerr", "3.1.2.2", "Content Length Larger Than Message", 400),
    Case("ncl", "3.1.2.3", "Negative Content-Length", 400),
    Case("scalar02", "3.1.2.4", "Request Scalar Fields with Overlarge Values", 400),
    Case("scalarlg", "3.1.2.5", "Response Scalar Fields with Overlarge Values", DROPPED),
    Case("quotbal", "3.1.2.6", "Unterminated Quoted String in Display Name", 400),
    Case("ltgtruri", "3.1.2.7", "<> Enclosing Request-URI", 400),
    Case("lwsruri", "3.1.2.8", "Malformed SIP Request-URI (embedded LWS)", 400),
    Case("lwsstart", "3.1.2.9", "Multiple SP Separating Request-Line Elements", 400),
    Case("trws", "3.1.2.10", "SP Characters at End of Request-Line", 400),
    Case("escruri", "3.1.2.11", "Escaped Headers in SIP Request-URI", 400),
    Case("baddate", "3.1.2.12", "Invalid Time Zone in Date Header Field", GOOD, choice="nothing here reads Date"),
    Case("regbadct", "3.1.2.13", "Failure to Enclose name-addr URI in <>", 400),
    Case("badaspec", "3.1.2.14", "Spaces within addr-spec", GOOD, choice="the meaning is plain"),
    Case("baddn", "3.1.2.15", "Non-token Characters in Display Name", GOOD, choice="common in the field"),
    Case("badvers", "3.1.2.16", "Unknown Protocol Version", 505),
    Case("mismatch01", "3.1.2.17", "Start Line and CSeq Method Mismatch", 400),
    Case("mismatch02", "3.1.2.18", "Unknown Method with CSeq Method Mismatch", 400, choice="400 before 501"),
    Case("bigcode", "3.1.2.19", "Overlarge Response Code", DROPPED),
    Case("badbranch", "3.2.1", "Missing Transaction Identifier", GOOD),
    Case("insuf", "3.3.1", "Missing Required Header Fields", 400),
    Case("unkscm", "3.3.2", "Request-URI with Unknown Scheme", 416),
    Case("novelsc", "3.3.3", "Request-URI with Known but Atypical Scheme", 416),
    Case("unksm2", "3.3.4", "Unknown URI Schemes in Header Fields", GOOD, choice="the registrar refuses it"),
    Case("bext01", "3.3.5", "Proxy-Require and Require", 420),
    Case("invut", "3.3.6", "Unknown Content-Type", 415),
    Case("regaut01", "3.3.7", "Unknown Authorization Scheme", GOOD, choice="the digest gate challenges it"),
    Case("multi01", "3.3.8", "Multiple Values in Single Value Required Fields", 400),
    Case("mcl01", "3.3.9", "Multiple Content-Length Values", 400),
    Case("bcast", "3.3.10", "200 OK Response with Broadcast Via Header Field Value", GOOD, choice="matches no request"),
    Case("zeromf", "3.3.11", "Max-Forwards of Zero", GOOD, choice="OPTIONS for us is answered (RFC 3261 11)"),
    Case("cparam01", "3.3.12", "REGISTER with a Contact Header Parameter", GOOD),
    Case("cparam02", "3.3.13", "REGISTER with a url-parameter", GOOD),
    Case("regescrt", "3.3.14", "REGISTER with a URL Escaped Header", GOOD),
    Case("sdp01", "3.3.15", "Unacceptable Accept Offering", 406),
    Case(
        "inv2543",
        "3.4.1",
        "INVITE with RFC 2543 Syntax",
        GOOD,
        fails="An INVITE without Contact is refused: its dialog would have no remote target to send BYE to.",
    ),
)


def read(name: str) -> bytes:
    return (HERE / f"{name}.dat").read_bytes()


def verdict(data: bytes) -> int | str:
    try:
        message = parse_message(data)
    except MalformedMessage as malformed:
        return DROPPED if malformed.owed is None else malformed.owed[0]
    if isinstance(message, Response):
        return GOOD
    refusal = validate_request(message)
    return GOOD if refusal is None else refusal.status


def parameters() -> list[ParameterSet]:
    return [
        pytest.param(case, id=case.name, marks=pytest.mark.xfail(strict=True, reason=case.fails) if case.fails else ())
        for case in CASES
    ]


@pytest.mark.parametrize("case", parameters())
def test_each_message_gets_what_the_rfc_owes_it(case: Case) -> None:
    assert verdict(read(case.name)) == case.owed, f"RFC 4475 section {case.section}: {case.title}"


def test_the_table_and_the_files_are_the_same_set() -> None:
    assert {case.name for case in CASES} == {path.stem for path in HERE.glob("*.dat")}
    assert len(CASES) == 49


@pytest.mark.parametrize("name", [case.name for case in CASES if case.owed == GOOD])
def test_a_good_message_is_written_and_read_again_unchanged(name: str) -> None:
    message = parse_message(read(name))
    written = message.to_bytes()
    assert parse_message(written).to_bytes() == written
    assert list(parse_message(written).headers.items())[: len(message.headers)] == list(message.headers.items())


def refuse(name: str) -> Response:
    try:
        message = request(name)
    except MalformedMessage as malformed:
        if malformed.request is None or malformed.owed is None:
            raise
        return reply(malformed.request, *malformed.owed, to_tag="t")
    refusal = validate_request(message)
    assert refusal is not None
    return reply(message, refusal.status, refusal.reason, to_tag="t", headers=refusal.headers)


@pytest.mark.parametrize("name", [case.name for case in CASES if isinstance(case.owed, int)])
def test_each_refusal_can_be_written(name: str) -> None:
    assert refuse(name).to_bytes().startswith(b"SIP/2.0 4" if "vers" not in name else b"SIP/2.0 505 ")


def request(name: str) -> Request:
    message = parse_message(read(name))
    assert isinstance(message, Request)
    return message


def test_wsinv_is_understood_in_every_detail() -> None:
    message = request("wsinv")
    assert (message.to.tag, message.from_.tag) == ("1918181833n", "98asjd8")
    assert message.from_.display_name == 'J Rosenberg \\"'
    assert (message.max_forwards, message.cseq.number, message.cseq.method) == (68, 9, "INVITE")
    assert [via.host for via in message.vias] == ["192.0.2.2", "spindle.example.com", "192.168.255.111"]
    assert [via.branch for via in message.vias] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert message.headers.get("Subject") == ""
    assert message.headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    assert message.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.routes[0].sip_uri.is_loose_router
    assert message.contact is not None
    assert message.contact.display_name == 'Quoted string ""'
    assert dict(message.contact.parameters) == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert len(message.body) == 150


def test_intmeth_keeps_every_character_it_may_have() -> None:
    message = request("intmeth")
    assert message.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert message.sip_uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.sip_uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.to.display_name == "BEL: NUL: DEL:"
    assert message.from_.parameters["fromParam''~+*_!.-%"] == "работающий"
    assert message.headers.get("extensionHeader-!.%*+_`'~") == "\ufeff大停電"


def test_esc01_is_unescaped_where_it_is_compared() -> None:
    message = request("esc01")
    assert message.sip_uri.user == "sips:user@example.com"
    assert message.to.sip_uri.user == "user"
    assert message.from_.sip_uri.user == "I have spaces"
    assert message.contact is not None
    assert message.contact.sip_uri.is_loose_router
    assert message.contact.sip_uri.parameters["name"] == "value%41"
    assert str(message.contact.uri) == "sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31"


def test_escnull_has_two_contacts_that_differ() -> None:
    message = request("escnull")
    assert [contact.sip_uri.user for contact in message.contacts] == ["\x00", "\x00\x00"]
    assert message.to.sip_uri.address_of_record() == "sip:null-%00-null@example.com"


def test_esc02_does_not_unescape_what_is_no_uri() -> None:
    message = request("esc02")
    assert message.method == "RE%47IST%45R"
    assert message.to.display_name == "%Z%45"
    assert [contact.sip_uri.user for contact in message.contacts] == ["alias1", "alias3"]


def test_dblreq_leaves_what_follows_the_first_message() -> None:
    message = request("dblreq")
    assert message.method == "REGISTER"
    assert message.body == b""


def test_longreq_keeps_34_hops_in_order() -> None:
    vias = request("longreq").vias
    assert [via.host for via in vias[:33]] == [f"sip{number}.example.com" for number in range(33, 0, -1)]
    assert vias[-1].received == "192.0.2.5"


def test_semiuri_has_its_semicolon_in_the_user() -> None:
    uri = request("semiuri").sip_uri
    assert uri.user == "user;par=u@example.net"
    assert not uri.parameters


def test_mpart01_keeps_its_binary_body() -> None:
    assert len(request("mpart01").body) == 553


def test_unreason_and_noreason_keep_their_reason() -> None:
    unreason, noreason = parse_message(read("unreason")), parse_message(read("noreason"))
    assert isinstance(unreason, Response)
    assert isinstance(noreason, Response)
    assert unreason.reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert noreason.reason == ""


def test_badbranch_has_no_transaction_identifier() -> None:
    assert not request("badbranch").via.has_magic_cookie


def test_bext01_is_told_what_is_unsupported() -> None:
    refusal = validate_request(request("bext01"))
    assert refusal is not None
    assert refusal.headers == (("Unsupported", "nothingSupportsThis, nothingSupportsThisEither"),)


def test_cparam_tells_header_parameters_from_uri_parameters() -> None:
    of_header, of_uri = request("cparam01").contact, request("cparam02").contact
    assert of_header is not None
    assert of_uri is not None
    assert "unknownparam" in of_header.parameters
    assert "unknownparam" not in of_header.sip_uri.parameters
    assert "unknownparam" in of_uri.sip_uri.parameters
    assert "unknownparam" not in of_uri.parameters


def test_regescrt_keeps_the_header_in_its_contact() -> None:
    contact = request("regescrt").contact
    assert contact is not None
    assert contact.sip_uri.headers == (("Route", "<sip:sip.example.com>"),)
