import pytest

from scanloft.deid.values.name_parts import telling, without_titles


@pytest.mark.parametrize(
    ("names", "without"),
    [
        ("smith^jane", "smith^jane"),
        ("smith^jane^^mrs", "smith^jane^^"),
        ("smith^jane^^dr.^ph.d. frcr", "smith^jane^^"),
        ("smith^jane^^prof. dr. med.", "smith^jane^^"),
        ("smith^jane^ann^van der mrs", "smith^jane^ann^van der"),
        ("mrs^miss^dr^mrs", "mrs^miss^dr^"),
        ("a^b^^mrs=c^d^^mme\\e^f^^mr", "a^b^^=c^d^^\\e^f^^"),
    ],
)
def test_titles_in_prefix_and_suffix_are_no_names(names: str, without: str) -> None:
    assert without_titles(names) == without


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("mr tech 3", [""]),
        ("ct scan 2", [""]),
        ("radiologist", [""]),
        ("prof. dr. med. jane smith", ["jane smith"]),
        ("unknown^unknown", []),
        ("head", ["head"]),
        ("head^short", ["head^short"]),
        ("james head", ["james head"]),
        ("pat smith", ["pat smith"]),
        ("smith^jane^^mrs\\mr tech 3", ["smith^jane^^", ""]),
    ],
)
def test_a_role_alone_is_nobody_and_a_name_stays_one(names: str, told: list[str]) -> None:
    assert list(telling(names)) == told
