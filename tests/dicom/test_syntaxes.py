import pytest
from pydicom._uid_dict import UID_dictionary

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.syntaxes import NATIVE, check_syntax, is_video


@pytest.mark.parametrize(
    "uid",
    [
        *sorted(NATIVE),
        "1.2.840.10008.1.2.4.50",
        "1.2.840.10008.1.2.4.90",
        "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.5",
        "1.2.840.10008.1.2.8.1",
        "1.2.840.10008.1.2.4.110",
    ],
)
def test_standard_syntaxes_pass(uid: str) -> None:
    check_syntax(uid)


@pytest.mark.parametrize(
    "uid",
    [
        "",
        "1.2.3",
        "1.2.840.10008.1.1",
        "1.2.840.10008.1.2.4.94",
        "1.2.840.10008.1.2.4.95",
        "1.2.840.10008.1.2.4.204",
        "1.2.840.10008.1.2.4.205",
        "1.2.840.10008.1.2.6.1",
        "1.2.840.10008.1.2.7.1",
        "1.2.840.10008.1.20",
        "1.2.840.10008.5.1.4.1.1.2",
    ],
)
def test_others_are_refused_without_being_quoted(uid: str) -> None:
    with pytest.raises(MalformedDicom, match="convert it to a standard one") as caught:
        check_syntax(uid)
    assert not uid or uid not in caught.value.message


def test_of_all_uids_of_the_standard_exactly_those_pass_that_hold_their_pixels() -> None:
    syntaxes = {uid for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"}
    elsewhere = {f"1.2.840.10008.1.2.4.{number}" for number in (94, 95, 204, 205)}
    other = {
        uid for uid in syntaxes if uid.startswith(("1.2.840.10008.1.2.6", "1.2.840.10008.1.2.7"))
    }
    papyrus = {"1.2.840.10008.1.20"}
    assert {uid for uid in UID_dictionary if _passes(uid)} == syntaxes - elsewhere - other - papyrus


def _passes(uid: str) -> bool:
    try:
        check_syntax(uid)
    except MalformedDicom:
        return False
    return True


def test_videos_are_told_from_images() -> None:
    assert is_video("1.2.840.10008.1.2.4.100")
    assert is_video("1.2.840.10008.1.2.4.107")
    assert not is_video("1.2.840.10008.1.2.4.50")
