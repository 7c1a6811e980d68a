import pytest

from scanloft.core.accept import (
    DICOM,
    DICOM_JSON,
    JSON,
    LENGTH_LIMIT,
    MULTIPART,
    MediaType,
    accepts_gzip,
    choose,
    parse_accept,
)
from scanloft.core.errors import InvalidRequest, NotAcceptable
from tests.support.growth import in_proportion

STORED = "1.2.840.10008.1.2.4.70"
PARTS = MediaType(MULTIPART, root=DICOM, transfer_syntax=STORED)
SINGLE = MediaType(DICOM, transfer_syntax=STORED)
RETRIEVE = [PARTS, SINGLE]
METADATA = [MediaType(DICOM_JSON), MediaType(JSON)]
OHIF = "application/dicom+json, multipart/related; type=application/octet-stream; transfer-syntax=*"

CHOICES = [
    # Accept, what is offered, what is chosen (None: not acceptable), section
    ("", RETRIEVE, PARTS, "RFC 9110 12.5.1"),
    ("  ", RETRIEVE, PARTS, "RFC 9110 12.5.1"),
    ("*/*", RETRIEVE, PARTS, "RFC 9110 12.5.1"),
    ("multipart/*", RETRIEVE, PARTS, "RFC 9110 12.5.1"),
    ("application/*", RETRIEVE, SINGLE, "RFC 9110 12.5.1"),
    ("multipart/related", RETRIEVE, PARTS, "PS3.18 8.7.1"),
    ('multipart/related; type="application/dicom"', RETRIEVE, PARTS, "PS3.18 8.7.1"),
    ("multipart/related; type=application/dicom", RETRIEVE, PARTS, "PS3.18 8.7.1"),
    ("multipart/related;type=application/dicom", RETRIEVE, PARTS, "PS3.18 8.7.1"),
    ("Multipart/Related; Type=Application/DICOM", RETRIEVE, PARTS, "RFC 9110 8.3.1"),
    ('multipart/related; type="application/dicom"; boundary=x', RETRIEVE, PARTS, "RFC 2387"),
    ('multipart/related; type="*/*"', RETRIEVE, PARTS, "PS3.18 8.7.1"),
    ("multipart/related; type=application/octet-stream", RETRIEVE, None, "PS3.18 8.7.1"),
    ('multipart/related; type="image/jpeg"', RETRIEVE, None, "PS3.18 8.7.1"),
    ("application/dicom", RETRIEVE, SINGLE, "PS3.18 8.7.3.1"),
    ("application/dicom; transfer-syntax=*", RETRIEVE, SINGLE, "PS3.18 8.7.3.5.2"),
    (f"application/dicom; transfer-syntax={STORED}", RETRIEVE, SINGLE, "PS3.18 8.7.3.5.2"),
    (f'application/dicom; transfer-syntax="{STORED}"', RETRIEVE, SINGLE, "PS3.18 8.7.3.5.2"),
    ("application/dicom; transfer-syntax=1.2.840.10008.1.2.1", RETRIEVE, None, "PS3.18 8.7.3.5.2"),
    (
        (
            'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1, '
            f'multipart/related; type="application/dicom"; transfer-syntax={STORED}'
        ),
        RETRIEVE,
        PARTS,
        "PS3.18 8.7.3.5.2",
    ),
    (
        (
            'multipart/related; type="application/dicom";transfer-syntax=1.2.840.10008.1.2.4.50;'
            f"boundary=**, multipart/related; type=application/dicom;transfer-syntax={STORED};q=0.5"
        ),
        RETRIEVE,
        PARTS,
        "PS3.18 8.7.3.5.2",
    ),
    ("application/dicom; q=0.9, multipart/related; q=0.8", RETRIEVE, SINGLE, "RFC 9110 12.4.2"),
    ("application/dicom; q=0.5, */*", RETRIEVE, PARTS, "RFC 9110 12.5.1"),
    ("multipart/related; q=0, */*", RETRIEVE, SINGLE, "RFC 9110 12.4.2"),
    ("application/dicom;q=0", RETRIEVE, None, "RFC 9110 12.4.2"),
    ("*/*;q=0", RETRIEVE, None, "RFC 9110 12.4.2"),
    ("image/png, text/html", RETRIEVE, None, "PS3.18 8.7.5"),
    ("image/png, application/dicom", RETRIEVE, SINGLE, "PS3.18 8.7.5"),
    ("application/dicom+json", METADATA, METADATA[0], "PS3.18 8.7.3.2"),
    ("application/json", METADATA, METADATA[1], "PS3.18 8.7.3.2"),
    (OHIF, METADATA, METADATA[0], "PS3.18 8.7.3.2"),
    ("application/dicom+json;q=0.5,application/json", METADATA, METADATA[1], "RFC 9110 12.4.2"),
    ("text/html,application/xml;q=0.9,*/*;q=0.8", METADATA, METADATA[0], "RFC 9110 12.5.1"),
    ('multipart/related; type="application/dicom+xml"', METADATA, None, "PS3.18 8.7.3.2"),
    (", application/json ,", METADATA, METADATA[1], "RFC 9110 5.6.1"),
]


@pytest.mark.parametrize(("accept", "offers", "chosen", "section"), CHOICES)
def test_the_best_of_what_is_accepted_is_chosen(
    accept: str, offers: list[MediaType], chosen: MediaType | None, section: str
) -> None:
    if chosen is None:
        with pytest.raises(NotAcceptable) as refusal:
            choose(accept, offers)
        assert all(offer.name in refusal.value.message for offer in offers), section
    else:
        assert choose(accept, offers) == chosen, section


@pytest.mark.parametrize(
    "accept",
    [
        "dicom",
        "application/",
        "/json",
        "a/b; q=2",
        "a/b; q=x",
        'a/b; c="',
        "a" * LENGTH_LIMIT + "/b",
    ],
)
def test_what_is_no_list_of_media_types_is_refused(accept: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_accept(accept)


def test_a_comma_or_semicolon_in_quotes_separates_nothing() -> None:
    (found,) = parse_accept('multipart/related; type="a,b;q=0"; q=0.5')
    assert (found.parameters, found.weight) == ({"type": "a,b;q=0"}, 0.5)


def test_hostile_quotes_take_time_in_proportion() -> None:
    def refused(accept: str) -> None:
        with pytest.raises(InvalidRequest):
            parse_accept(accept)

    assert in_proportion(refused, lambda count: '"' + '\\"' * (count - 1), LENGTH_LIMIT // 2)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True), ("gzip, deflate, br", True), ("br;q=1.0, GZIP;q=0.5", True),
        ("x-gzip", True), ("", False), ("identity", False), ("gzip;q=0", False),
        ("gzip; q=0.000", False), ("*", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_only_where_it_is_named(header: str, expected: bool) -> None:
    assert accepts_gzip(header) is expected
