"""Edges in host names (sip.md AD-04)."""

import pytest

from ringback.model.edge import EDGES, MAX_NAME, names_without_edge


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("demo.sip.tokyo.example", [("demo.sip.example", "tokyo")]),
        ("Demo.SIP.San-Jose.example", [("demo.sip.example", "san-jose")]),
        ("demo.sip.us1-ix.example", [("demo.sip.example", "us1-ix")]),
        ("demo.dublin.ie1.example", [("demo.ie1.example", "dublin"), ("demo.dublin.example", "ie1")]),
        ("demo.sip.example", []),
        ("tokyo.sip.example", []),
        ("demo.tokyo-north.example", []),
    ],
)
def test_ad_04_an_edge_behind_the_first_label_is_left_out(host: str, names: list[tuple[str, str]]) -> None:
    assert list(names_without_edge(host)) == names


def test_every_edge_and_region_of_the_rule_is_known() -> None:
    named = "ashburn umatilla san-jose dublin frankfurt singapore tokyo sao-paulo sydney"
    regions = "us1 us2 ie1 de1 sg1 jp1 br1 au1"
    assert set(f"{named} {regions}".split()) <= EDGES


def test_a_name_that_is_too_long_is_not_taken_apart() -> None:
    assert list(names_without_edge("a." + "tokyo." * 60)) == []
    assert len("a." + "tokyo." * 60) > MAX_NAME
