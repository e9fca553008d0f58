"""Which kept answer is found again, and what goes when there is no room (webhooks.md H-06)."""

from ringback.webhooks.http_cache import Copy, HttpCache
from ringback.webhooks.transport import HttpRequest, HttpResponse, Reuse
from tests.unit.webhooks.conftest import START, answer


def request(url: str = "a", **headers: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url, headers=tuple((name.title(), value) for name, value in headers.items()))


def keep(cache: HttpCache, asked: HttpRequest, response: HttpResponse) -> None:
    cache.keep(asked, response, asked_at=START, received_at=START)


def sized(count: int) -> HttpResponse:
    """An answer that takes `count` bytes with a URL of one character and no credentials."""
    rest = len("a" + "content-type" + "text/xml" + "etag" + '"1"' + "authorization")
    return answer(200, b"x" * (count - rest), etag='"1"')


def found(cache: HttpCache, asked: HttpRequest) -> Copy:
    copy = cache.find(asked)
    assert copy is not None
    return copy


def test_the_least_recently_used_answer_goes_first() -> None:
    cache = HttpCache(1000)
    keep(cache, request("a"), sized(400))
    keep(cache, request("b"), sized(400))
    assert cache.find(request("a")) is not None
    keep(cache, request("c"), sized(400))
    assert [cache.find(request(url)) is not None for url in "abc"] == [True, False, True]
    assert cache.byte_count == 800


def test_the_number_of_answers_is_bounded_too() -> None:
    cache = HttpCache(1000, max_answers=2)
    for url in "abc":
        keep(cache, request(url), sized(100))
    assert len(cache) == 2
    assert cache.find(request("a")) is None


def test_an_answer_larger_than_the_cache_is_not_kept_and_drives_nothing_out() -> None:
    cache = HttpCache(1000)
    keep(cache, request("a"), sized(400))
    keep(cache, request("b"), sized(1001))
    assert cache.find(request("a")) is not None
    assert cache.find(request("b")) is None


def test_a_new_answer_replaces_the_old_one_also_when_it_may_not_be_kept() -> None:
    cache = HttpCache(1000)
    keep(cache, request(), sized(400))
    keep(cache, request(), sized(600))
    assert cache.byte_count == 600
    keep(cache, request(), answer(cache_control="no-store"))
    assert (cache.byte_count, len(cache)) == (0, 0)


def test_an_answer_without_lifetime_and_validator_is_not_kept() -> None:
    cache = HttpCache()
    keep(cache, request(), answer())
    assert len(cache) == 0


def test_an_answer_is_for_requests_with_the_same_headers_that_it_varies_by() -> None:
    """RFC 9111 §4.1."""
    cache = HttpCache()
    keep(cache, request(cookie="s=1"), answer(etag='"1"', vary="Cookie, Accept"))
    assert cache.find(request(cookie="s=1")) is not None
    assert cache.find(request(cookie="s=2")) is None
    assert cache.find(request()) is None
    keep(cache, request(cookie="s=1"), answer(etag='"1"'))
    assert cache.find(request(cookie="s=2")) is not None


def test_what_one_user_was_given_is_not_for_another() -> None:
    """Also when the app forgets to say `Vary: Authorization`."""
    cache = HttpCache()
    keep(cache, request(authorization="Basic Ym9i"), answer(etag='"1"'))
    assert cache.find(request()) is None
    assert cache.find(request(authorization="Basic YW5u")) is None
    assert cache.find(request(authorization="Basic Ym9i")) is not None


def test_an_answer_to_digest_credentials_is_not_kept() -> None:
    cache = HttpCache()
    keep(cache, request(authorization='Digest username="bob"'), answer(etag='"1"'))
    assert len(cache) == 0


def test_a_cookie_is_not_kept_because_it_belongs_to_a_call() -> None:
    """H-07."""
    cache = HttpCache()
    keep(cache, request(), answer(etag='"1"', set_cookie="s=1"))
    assert found(cache, request()).response.header("set-cookie") is None


def test_a_copy_is_asked_about_by_what_it_has() -> None:
    cache = HttpCache()
    keep(cache, request(), answer(etag='"1"', last_modified="yesterday"))
    assert found(cache, request()).conditions == (("If-None-Match", '"1"'), ("If-Modified-Since", "yesterday"))
    keep(cache, request(), answer(cache_control="max-age=1"))
    assert found(cache, request()).conditions == ()


def test_a_304_renews_what_is_said_of_the_copy_and_not_what_it_is() -> None:
    """RFC 9111 §3.2."""
    cache = HttpCache()
    old = answer(200, b"<Response/>", etag='"1"', age="7", date="then", cache_control="max-age=1", x_kept="yes")
    keep(cache, request(), old)
    news = answer(304, b"", content_type="text/plain", content_length="0", cache_control="max-age=9", etag='"2"')
    renewed = found(cache, request()).validated_by(news)
    assert (renewed.status, renewed.body, renewed.reuse) == (200, b"<Response/>", Reuse.VALIDATED)
    assert dict(renewed.headers) == {
        "content-type": "text/xml",
        "x-kept": "yes",
        "cache-control": "max-age=9",
        "etag": '"2"',
    }
