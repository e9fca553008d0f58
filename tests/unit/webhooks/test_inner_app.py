"""Requests to hosts of our own stay in the process."""

import pytest

from ringback.webhooks.inner_app import InnerApps
from ringback.webhooks.transport import HttpRequest, HttpResponse, TryLimits

LIMITS = TryLimits(connect_seconds=1, read_seconds=1, max_body_bytes=1)


class Network:
    async def send(self, request: HttpRequest, limits: TryLimits) -> HttpResponse:
        return HttpResponse(status=599)


async def inner(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200, body=request.url.encode())


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://desk.invalid/a", 200),
        ("http://DESK.invalid:80/", 200),
        ("http://other.invalid/", 599),
        ("http://desk.invalid.example/", 599),
        ("http://app.example/desk.invalid", 599),
    ],
)
async def test_a_request_to_a_host_of_ours_stays_here(url: str, status: int) -> None:
    apps = InnerApps(Network())
    apps.serve("desk.invalid", inner)
    assert (await apps.send(HttpRequest(method="POST", url=url, headers=()), LIMITS)).status == status


def test_a_host_of_the_network_cannot_be_ours() -> None:
    with pytest.raises(ValueError, match="network"):
        InnerApps(Network()).serve("app.example", inner)
