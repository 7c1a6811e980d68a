import pytest

from scanloft.deid.values.name_parts import particles_in, telling, without_titles


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
        ("mr tech 3", []),
        ("ct scan 2", []),
        ("radiologist", []),
        ("prof. dr. med. jane smith", ["jane smith"]),
        ("unknown^unknown", []),
        ("head", ["head"]),
        ("head^short", ["head^short"]),
        ("james head", ["james head"]),
        ("pat smith", ["pat smith"]),
        ("mri", []),
        ("mri^tech", []),
        ("mri, tech", []),
        ("mri/ct", []),
        ("pet^ct", []),
        ("brain^research", []),
        ("research staff", []),
        ("physician unknown", []),
        ("not specified", []),
        ("see order", []),
        ("enter text", []),
        ("mri 2", []),
        ("xxx", []),
        ("head^j", ["head^j"]),
        ("head^^^dr", ["head^^^"]),
        ("head, art", ["head, art"]),
        ("d. head", ["d. head"]),
        ("dr. see", ["see"]),
        ("j. see", ["j. see"]),
        ("j staff", ["j staff"]),
        ("pat^friend", ["pat^friend"]),
        ("unknown^head", ["unknown^head"]),
        ("王^伟", ["王^伟"]),
        ("smith^jane^^mrs\\mr tech 3", ["smith^jane^^"]),
    ],
)
def test_a_role_alone_is_nobody_and_a_name_stays_one(names: str, told: list[str]) -> None:
    assert list(telling(names)) == told


@pytest.mark.parametrize(
    ("name", "particles"),
    [
        ("van der berg^jan", {"van", "der"}),
        ("berg^jan van der", {"van", "der"}),
        ("berg^jan^^von", {"von"}),
        ("dr. von der heide", {"von", "der"}),
        ("van dyke^anne", {"van"}),
        ("van^dyke", set()),
        ("nguyen^thi van", set()),
        ("smith^della marie", set()),
        ("van dyke^van", set()),
    ],
)
def test_particles_are_names_only_where_they_stand_as_one(name: str, particles: set[str]) -> None:
    assert particles_in(name) == particles
