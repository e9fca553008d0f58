"""Requests made up from our own OpenAPI document: whatever comes, the answer is one that the document names.

Cases are drawn from a fixed seed; path parts that name an account are ours, so that a request gets past the first door.
"""

import asyncio
import re
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

MINE = "AC" + "1" * 32
AUTH = (MINE, "my-token")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CASES = 5
"""For each operation."""

MADE_FIRST = (
    ("/2010-04-01/Accounts/{account_sid}/Applications", {"FriendlyName": "desk"}),
    ("/2010-04-01/Accounts/{account_sid}/SIP/Domains", {"DomainName": "harbour.example"}),
    ("/2010-04-01/Accounts/{account_sid}/SIP/CredentialLists", {"FriendlyName": "staff"}),
    (
        "/2010-04-01/Accounts/{account_sid}/SIP/CredentialLists/{list_sid}/Credentials",
        {"Username": "ann", "Password": "a-long-Passw0rd"},
    ),
    ("/2010-04-01/Accounts/{account_sid}/SIP/IpAccessControlLists", {"FriendlyName": "offices"}),
    (
        "/2010-04-01/Accounts/{account_sid}/SIP/IpAccessControlLists/{list_sid}/IpAddresses",
        {"FriendlyName": "north", "IpAddress": "198.51.100.7"},
    ),
    ("/ringback/v1/Accounts/{account_sid}/Trunks", {"FriendlyName": "carrier", "SipUri": "sip:carrier.example"}),
)
"""So that a path with a SID in it can lead somewhere."""


class Known:
    """The SIDs of what was made, by the path that it was made on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sids: dict[str, str] = {}
        for path, form in MADE_FIRST:
            sent = path.format(**self.parts(path))
            answer = requests.post(f"{url}{sent}.json", data=form, auth=AUTH, timeout=10)
            assert answer.status_code == 201, answer.text
            self._sids[path] = answer.json()["sid"]

    def parts(self, path: str) -> dict[str, str]:
        """Values for the names in a path: ours for the account, and what was made on the path that leads to a name."""
        found = {"account_sid": MINE}
        for name in re.findall(r"\{(\w+)\}", path):
            collection = path.partition(f"/{{{name}}}")[0]
            if collection in self._sids:
                found[name] = self._sids[collection]
        return found


def ask(stage_url: str, known: Known, case: Any) -> None:
    case.path_parameters.update(known.parts(case.operation.path))
    response = case.call(base_url=stage_url, auth=AUTH)
    case.validate_response(response, checks=CHECKS)


def try_operation(stage_url: str, known: Known, operation: Any) -> None:
    """`CASES` requests of one kind."""

    @seed(1)
    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        ask(stage_url, known, case)

    one()


@pytest.mark.timeout(240)
async def test_whatever_is_asked_the_answer_is_a_documented_one(stage: Any) -> None:
    """Every operation of the document, each by itself; all that fail are told together."""

    def work() -> list[str]:
        schema = schemathesis.openapi.from_url(f"{stage.url}/openapi.json")
        found = list(schema.get_all_operations())
        assert all(isinstance(entry, Ok) for entry in found), found
        operations = [entry.ok() for entry in found if isinstance(entry, Ok)]
        known, problems = Known(stage.url), []
        for operation in sorted(operations, key=lambda operation: operation.method == "delete"):
            try:
                try_operation(stage.url, known, operation)
            except (Exception, FailureGroup) as problem:  # gathered: one failure must not hide the others
                problems.append(f"{operation.method.upper()} {operation.path}: {problem}")
        print(f"{len(operations)} operations, {CASES} requests each")
        return problems

    problems = await asyncio.to_thread(work)
    assert not problems, "\n\n".join(problems)
