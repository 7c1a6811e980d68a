import pytest

from scanloft.core.lookup import NotListedError, follow, is_usable, target_of

TABLE = {
    "ptid/1": "S-1 ",
    "ptid/2": " @mrn/7",
    "mrn/7": "@ptid/1",
    "ptid/3": "@ptid/4",
    "k/@": "@x",
}


def test_a_value_is_followed_to_its_end() -> None:
    assert [follow(TABLE, key) for key in ("ptid/1", "ptid/2", "k/@")] == ["S-1", "S-1", "@x"]


@pytest.mark.parametrize("key", ["ptid/9", "ptid/3", "a/1"])
def test_what_is_not_there_or_leads_to_nothing_or_in_a_circle_is_not_listed(key: str) -> None:
    with pytest.raises(NotListedError):
        follow(TABLE | {"a/1": "@a/2", "a/2": "@a/1"}, key)


def test_only_a_key_is_led_on_to() -> None:
    assert target_of(" @ptid/ 1 ") == "ptid/ 1"
    assert target_of("@1605") is None
    assert target_of("ptid/1") is None


@pytest.mark.parametrize("value", ["S-1", "S" * 64, "A B", "@1605", "@ptid/site:Zürich/1"])
def test_a_usable_value_is_a_patient_id_or_leads_on(value: str) -> None:
    assert is_usable(value)


@pytest.mark.parametrize(
    "value", ["", " ", "S" * 65, "Ü", "A\\B", "A\tB", "A\x1b", "@/", "@ptid/ "]
)
def test_others_are_not_usable(value: str) -> None:
    assert not is_usable(value)
