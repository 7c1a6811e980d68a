"""The byte-level way gives what the slow way gives, or declines: on real and on generated data."""

from collections import Counter

import pytest
from hypothesis import given, settings

from scanloft.deid.engine import by_pydicom
from scanloft.dicom.syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from tests.support.generated import objects
from tests.support.shared import described, shared_files
from tests.support.two_ways import PROFILES, disagreement, outcome

EVERY = 11
SHARE_BY_BYTES = 0.9

pytestmark = pytest.mark.filterwarnings("ignore")


def compared(profile_name: str, *, every: int) -> Counter[str]:
    """How many shared files of which kind took which way; they agree on all of them."""
    profile = PROFILES[profile_name]
    ways: Counter[str] = Counter()
    for path in shared_files(every=every):
        data = path.read_bytes()
        differs, quick = disagreement(data, profile)
        assert not differs, f"{described(path)}: {differs}"
        result = outcome(by_pydicom, data, profile) if quick is None else quick
        if isinstance(result, str) or result is None:
            ways["refused"] += 1
            continue
        plain = result.transfer_syntax_uid in (EXPLICIT_LITTLE, IMPLICIT_LITTLE)
        kind = "plain" if plain else "other"
        ways[f"{kind}, {'by bytes' if quick is not None else 'slowly'}"] += 1
    print(profile_name, dict(ways))  # noqa: T201  # shown with -s: how much takes the quick way
    return ways


@pytest.mark.parametrize("profile_name", PROFILES)
def test_both_ways_agree_on_some_shared_files(profile_name: str) -> None:
    assert compared(profile_name, every=EVERY)["plain, by bytes"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("profile_name", PROFILES)
def test_both_ways_agree_on_all_shared_files_and_nearly_all_are_quick(profile_name: str) -> None:
    ways = compared(profile_name, every=1)
    quick, slow = ways["plain, by bytes"], ways["plain, slowly"]
    assert quick + slow > 500
    assert quick >= SHARE_BY_BYTES * (quick + slow), ways


@settings(max_examples=100)
@given(data=objects())
@pytest.mark.parametrize("profile_name", PROFILES)
def test_both_ways_agree_on_generated_objects(profile_name: str, data: bytes) -> None:
    differs, _ = disagreement(data, PROFILES[profile_name])
    assert not differs


@pytest.mark.slow
@settings(max_examples=3000)
@given(data=objects())
@pytest.mark.parametrize("profile_name", PROFILES)
def test_both_ways_agree_on_many_generated_objects(profile_name: str, data: bytes) -> None:
    differs, _ = disagreement(data, PROFILES[profile_name])
    assert not differs
