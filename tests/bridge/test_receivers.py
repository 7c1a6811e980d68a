import pytest

from dicom_bridge.receivers import Receivers, shown_ae_title


def test_each_ae_title_feeds_its_project() -> None:
    receivers = Receivers.parse("CT1=trial-a, MR 1 = trial-b ,X=Y=trial-a")
    assert list(receivers) == ["CT1", "MR 1", "X=Y"]
    assert receivers.project("MR 1") == "trial-b"
    assert receivers.project("X=Y") == "trial-a"
    assert "mr 1" not in receivers


def test_an_ae_title_without_a_project_is_routed_by_the_archive() -> None:
    receivers = Receivers.parse("CT1=trial-a,ANY=, OTHER = ")
    assert [receivers.project(title) for title in receivers] == ["trial-a", "", ""]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "part 1 is not"),
        ("CT1", "part 1 is not"),
        ("CT1=trial-a,", "part 2 is not"),
        ("CT1=trial-a,=trial-b", "part 2: An AE title has"),
        ("CT 1=", "part 1: The AE title of a receiver has"),
        ("CT1=../secrets", "part 1: A project name has"),
        ("CT1=Trial", "part 1: A project name has"),
        ("A_TITLE_OF_SEVENTEEN=trial-a", "part 1: An AE title has"),
        ("CT\\1=trial-a", "part 1: An AE title has"),
        ("CT1=trial-a,CT1=trial-b", "part 2 names an AE title for the second time"),
    ],
)
def test_malformed_receivers_are_told_by_their_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"SCANLOFT_RECEIVERS.*{said}"):
        Receivers.parse(text)


@pytest.mark.parametrize("text", ["", " ", "A\\B", "A\nB", "Ä", "=" * 17, "A\x00"])
def test_an_ae_title_that_breaks_the_rules_is_not_shown(text: str) -> None:
    assert shown_ae_title(text) == "INVALID"


def test_an_ae_title_is_shown_without_its_padding() -> None:
    assert shown_ae_title("CT1             ") == "CT1"
