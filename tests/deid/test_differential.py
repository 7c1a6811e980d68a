"""The byte-level way gives what the slow way gives, or declines: on real and on generated data."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanloft.deid.engine import by_pydicom
from scanloft.deid.values.items import TELLING_SEQUENCES
from scanloft.dicom.syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from tests.support.generated import objects, wires
from tests.support.objects import file_with
from tests.support.shared import described, shared_files
from tests.support.two_ways import PROFILES, disagreement, outcome
from tests.support.wire import ALL_VRS, Syntax, Wire, data_set

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


def _who(tag: int, vr: str) -> Wire:
    return Wire(tag, vr, b"OTHER12345")


_WHO = st.builds(
    _who, st.sampled_from([0x00080050, 0x00100010, 0x00100020]), st.sampled_from(ALL_VRS)
)
_ITEMS = st.lists(
    st.recursive(
        st.lists(st.one_of(_WHO, wires()), max_size=3).map(tuple),
        lambda items: st.builds(
            lambda tag, inner, vr, undefined: (Wire(tag, vr, tuple(inner), undefined),),
            st.sampled_from([*TELLING_SEQUENCES, 0x00081110, 0x04000550, 0x00091001]),
            st.lists(items, max_size=2),
            st.sampled_from(["SQ", "SQ", "UN"]),
            st.booleans(),
        ),
        max_leaves=4,
    ),
    max_size=3,
).map(tuple)


@settings(max_examples=200)
@given(
    sequence=st.builds(
        Wire, st.sampled_from(TELLING_SEQUENCES), st.just("SQ"), _ITEMS, st.booleans()
    ),
    syntax=st.sampled_from([Syntax.EXPLICIT, Syntax.IMPLICIT]),
    damage=st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=4)), max_size=2),
)
def test_both_ways_read_the_same_in_items(
    sequence: Wire, syntax: str, damage: list[tuple[int, bytes]]
) -> None:
    data = file_with([sequence, Wire(0x00081090, "LO", b"OTHER12345")], syntax=syntax)
    start = data.index(data_set([sequence], syntax)[:4])
    for at, new in damage:
        data = data[: start + at] + new + data[start + at + len(new) :]
    differs, _ = disagreement(data, PROFILES["basic"])
    assert not differs


@pytest.mark.slow
@settings(max_examples=3000)
@given(data=objects())
@pytest.mark.parametrize("profile_name", PROFILES)
def test_both_ways_agree_on_many_generated_objects(profile_name: str, data: bytes) -> None:
    differs, _ = disagreement(data, PROFILES[profile_name])
    assert not differs
