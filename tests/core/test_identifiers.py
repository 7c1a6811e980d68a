import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import InvalidRequest, MalformedDicom
from scanloft.core.identifiers import (
    PROJECT,
    checked_ae_title,
    checked_project,
    checked_uid,
    is_uid,
)

HOSTILE = [
    "", " ", ".", "..", "../x", "a/b", "/", "a\0", "a\n", "a\r\n", "\\", "x" * 10_000, "é",
    "'; DROP TABLE", "<script>", "=cmd()", "%2F", "１２", "a b", "A", "-a", "a-", "1",
]  # fmt: skip
NOT_UIDS = [*(text for text in HOSTILE if text != "1"), "1..2", ".1", "1.", "1" * 65, "1.2\n", "٣"]


@pytest.mark.parametrize("text", ["1", "1.2.840.10008.1.2", "2.25." + "9" * 59, "1.02", "0"])
def test_a_uid_passes_as_it_is(text: str) -> None:
    assert checked_uid(text, attribute="StudyInstanceUID") == text


@pytest.mark.parametrize("text", NOT_UIDS)
def test_what_is_no_uid_is_refused_by_attribute_and_not_quoted(text: str) -> None:
    assert not is_uid(text)
    with pytest.raises(MalformedDicom) as caught:
        checked_uid(text, attribute="SeriesInstanceUID")
    assert caught.value.facts == {"attribute": "SeriesInstanceUID"}
    assert len(text) < 4 or text not in caught.value.message


@pytest.mark.parametrize("text", ["ab", "a1", "trial-7", "a" * 32])
def test_a_project_name_passes(text: str) -> None:
    assert checked_project(text) == text


@pytest.mark.parametrize("text", [*HOSTILE, "a", "a" * 33, "ab\n", "trial_7"])
def test_what_may_not_name_a_project_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_project(text)


@given(st.text())
def test_no_text_that_passes_can_leave_its_place_in_a_key(text: str) -> None:
    if is_uid(text) or PROJECT.fullmatch(text):
        assert text.isascii()
        assert not set(text) & set("/\\%\0\n .") - {"."}
        assert text not in {".", ".."}


@pytest.mark.parametrize(
    ("text", "title"), [(" CT1 ", "CT1"), ("A" * 16, "A" * 16), ("MR 1", "MR 1"), ("x", "x")]
)
def test_an_ae_title_passes_without_its_blanks(text: str, title: str) -> None:
    assert checked_ae_title(text) == title


@pytest.mark.parametrize("text", ["", "   ", "A" * 17, "A\\B", "A\0", "A\tB", "Ä", "A\n"])
def test_what_is_no_ae_title_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_ae_title(text)
