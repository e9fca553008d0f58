"""From a URL and parameters to the request on the wire, and from an answer 3xx to the next request. Pure."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from ringback.webhooks.challenge import DigestAnswers
from ringback.webhooks.signature import Parameters, sign
from ringback.webhooks.transport import Headers, HttpRequest, HttpResponse, Method
from ringback.webhooks.url import AppUrl

USER_AGENT = "TwilioProxy/1.1"
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"

_REDIRECTS_TO_GET = frozenset({301, 302, 303})
_REDIRECTS_KEEPING_METHOD = frozenset({307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One request of a chain: where, how, and what it says. `own_parameters` belong to the verb that asks (A-03)."""

    url: AppUrl
    method: Method
    parameters: Parameters = field(default=(), repr=False)
    own_parameters: Parameters = field(default=(), repr=False)

    @property
    def all_parameters(self) -> Parameters:
        return self.parameters + self.own_parameters


def prepare(
    plan: Plan,
    *,
    auth_token: str,
    idempotency_token: str,
    extra_headers: Headers = (),
    digest: DigestAnswers | None = None,
) -> HttpRequest:
    """The signed request. GET puts the parameters behind the URL's own query, POST into the body (H-02, H-03, H-14).

    `digest` answers a challenge that came, in place of Basic (H-05).
    """
    parameters = plan.all_parameters
    posts = plan.method == "POST"
    url = plan.url.text if posts else plan.url.with_query(parameters)
    headers = [
        ("Host", plan.url.location),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("X-Twilio-Signature", sign(url, parameters if posts else (), auth_token)),
        ("I-Twilio-Idempotency-Token", idempotency_token),
    ]
    if posts:
        headers.append(("Content-Type", FORM_TYPE))
    basic = plan.url.basic_authorization
    authorization = digest.authorization(plan.method, _target(url)) if digest is not None else basic
    if authorization is not None:
        headers.append(("Authorization", authorization))
    body = urlencode(parameters, errors="replace").encode("ascii") if posts else b""
    return HttpRequest(method=plan.method, url=url, headers=(*headers, *extra_headers), body=body)


def redirected(plan: Plan, response: HttpResponse) -> Plan | None:
    """The request that follows an answer 3xx; None if the answer is no redirect. Raises `UrlInvalid`.

    The verb's own parameters are not sent again, the call's are (H-08, A-03). 301, 302 and 303 turn a POST into a GET;
    307 and 308 keep the method, as RFC 9110 §15.4.8 and §15.4.9 demand.
    """
    location = response.header("location")
    if location is None:
        return None
    following = replace(plan, url=plan.url.resolve(location), own_parameters=())
    if response.status in _REDIRECTS_TO_GET:
        return replace(following, method="GET")
    return following if response.status in _REDIRECTS_KEEPING_METHOD else None


def _target(url: str) -> str:
    """Path and query as they stand in the request line (RFC 9112 §3.2.1)."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
