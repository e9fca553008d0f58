"""What is served beside recordings, and what an unknown path or a failure gets."""

import json
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ringback import __version__


async def test_health_is_200_while_calls_are_taken_and_503_while_stopping(stage: Any) -> None:
    answer = await stage.ask("/health", user=None)
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok", "version": __version__})
    stage.health = {"status": "stopping", "calls": 3}
    answer = await stage.ask("/health", user=None)
    assert answer.status == 503
    assert json.loads(answer.body)["calls"] == 3


async def test_metrics_are_in_the_format_of_prometheus(stage: Any) -> None:
    answer = await stage.ask("/metrics", user=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    families = {family.name for family in text_string_to_metric_families(answer.body.decode())}
    assert "ringback_tests" in families


@pytest.mark.parametrize(
    "path", ["/2010-04-01.json", "/2010-04-01/Nothing.json", "/2010-04-01/Accounts/AC1/Calls.json"]
)
async def test_an_unknown_path_of_the_api_asks_for_credentials_first(stage: Any, path: str) -> None:
    stranger = await stage.ask(path, user=None)
    assert (stranger.status, json.loads(stranger.body)["code"]) == (401, 20003)
    known = await stage.ask(path)
    assert (known.status, json.loads(known.body)["code"]) == (404, 20404)
    assert path in json.loads(known.body)["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_method_that_is_not_offered_is_405(stage: Any, method: str) -> None:
    path = f"/2010-04-01/Accounts/AC{'1' * 32}/Recordings/RE{'a' * 32}.json"
    assert (await stage.ask(path, method=method, user=None)).status == 401
    answer = await stage.ask(path, method=method)
    assert (answer.status, json.loads(answer.body)["code"]) == (405, 20004)
    assert answer.headers["Allow"] == "GET, HEAD, DELETE"


async def test_without_a_suffix_an_unknown_path_is_told_in_xml(stage: Any) -> None:
    answer = await stage.ask("/2010-04-01/Nothing")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/xml")
    assert b"<RestException><Code>20404</Code>" in answer.body


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
async def test_a_body_that_is_no_form_is_not_taken_for_an_empty_one(stage: Any, kind: str) -> None:
    path = f"/2010-04-01/Accounts/AC{'1' * 32}/Applications.json"
    answer = await stage.ask(path, method="POST", data={"FriendlyName": "desk"}, Content_Type=kind)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, 20001)
    assert json.loads((await stage.ask(path)).body)["applications"] == []


async def test_other_paths_are_a_plain_404(stage: Any) -> None:
    answer = await stage.ask("/favicon.ico", user=None)
    assert (answer.status, json.loads(answer.body)) == (404, {"detail": "Not Found"})
    assert "Twilio-Request-Id" not in answer.headers


async def test_no_page_fetches_scripts_from_elsewhere(stage: Any) -> None:
    assert (await stage.ask("/docs", user=None)).status == 404
    description = await stage.ask("/openapi.json", user=None)
    paths = json.loads(description.body)["paths"]
    assert {"/health", "/metrics", "/2010-04-01/Accounts/{account_sid}/Recordings/{name}"} <= set(paths)


async def test_a_failure_of_ours_is_500_in_the_body_of_twilio(stage: Any, caplog: pytest.LogCaptureFixture) -> None:
    del stage.recordings
    answer = await stage.media()
    assert (answer.status, json.loads(answer.body)["code"]) == (500, 20500)
    assert "AttributeError" in caplog.text
    assert "AttributeError" not in answer.body.decode()
