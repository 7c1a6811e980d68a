"""Listed attributes in random trees of sequences, VRs and options: what has to go is gone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scanloft.core.errors import Rejected
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import OPTIONS, attributes, expected
from tests.support.objects import CLASSES, OLD_UIDS, file_with
from tests.support.plants import Plants
from tests.support.wire import ALL_VRS, Syntax, Wire, data_set, sorted_set

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
# Sequences that the table does not list, one that it enters, and one that options enter.
SEQUENCES = (0x00081115, 0x00081199, 0x00082218, 0x00089215, 0x00400275, 0x52009229, 0x0040A730)
PLAIN_VRS = tuple(vr for vr in ALL_VRS if vr != "SQ")

BY_TAG = {attribute.tag: attribute for attribute in attributes()}
PLANTABLE = sorted(
    tag for tag in BY_TAG if tag >> 16 not in (0, 2, 4) and tag not in {*OLD_UIDS, 0x00420011}
)

Leaf = tuple[int, str]
Tree = Leaf | tuple[int, list["Tree"], str]


def leaves() -> st.SearchStrategy[Leaf]:
    """The tag of an attribute in its own VR (blank), mostly, or in any other."""
    vrs = st.one_of(st.just(""), st.just(""), st.sampled_from(PLAIN_VRS))
    return st.tuples(st.sampled_from(PLANTABLE), vrs)


def trees() -> st.SearchStrategy[list[Tree]]:
    kinds = st.sampled_from(["defined", "undefined", "UN", "UN undefined"])
    tree: st.SearchStrategy[Tree] = st.recursive(
        leaves(),
        lambda inner: st.tuples(st.sampled_from(SEQUENCES), st.lists(inner, max_size=4), kinds),
        max_leaves=15,
    )
    return st.lists(tree, min_size=1, max_size=6)


def built(plants: Plants, tree: Tree, options: frozenset[str], path: str = "") -> Wire:
    """The tree as elements; what the options keep gets no canary."""
    if len(tree) == 2:
        attribute, vr = BY_TAG[tree[0]], tree[1]
        name = f"{path}/{attribute.tag:08x} {attribute.name} as {vr or attribute.vr}"
        if expected(attribute, options) not in ("hidden", "pseudonymous"):
            return Wire(attribute.tag, vr or attribute.vr, b"" if attribute.vr != "SQ" else ())
        if attribute.basic.endswith("U*"):
            return Wire(attribute.tag, "SQ", ((Wire(0x00081155, "UI", b"1.2.3\0"),),))
        if vr:
            return Wire(attribute.tag, vr, plants.word(name))
        return plants.element(name, attribute.tag, attribute.vr)
    tag, inner, kind = tree
    path = f"{path}/{tag:08x} {kind}"
    elements = {
        wire.tag: wire for wire in (built(plants, branch, options, path) for branch in inner)
    }
    sequence = Wire(tag, "SQ", (sorted_set(elements.values()),), kind.endswith("undefined"))
    if not kind.startswith("UN"):
        return sequence
    # PS3.5 6.2.2: what is inside an UN is implicit VR little endian.
    return Wire(tag, "UN", data_set([sequence], Syntax.IMPLICIT)[8:], sequence.undefined)


def choices() -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(OPTIONS), max_size=4).filter(
        lambda chosen: not {"rtn_long_full_dates", "rtn_long_modif_dates"} <= chosen
    )


@settings(max_examples=150)
@given(
    forest=trees(),
    options=choices(),
    syntax=st.sampled_from(list(Syntax)),
    sop_class=st.sampled_from(sorted(CLASSES)),
)
def test_no_canary_survives_in_any_tree(
    forest: list[Tree], options: frozenset[str], syntax: Syntax, sop_class: str
) -> None:
    plants = Plants()
    wires = {wire.tag: wire for wire in (built(plants, tree, options) for tree in forest)}
    profile = Profile.from_dict(
        {"name": "tree", "version": 1, "options": sorted(options), "pixel_review": False}
    )
    data = file_with(wires.values(), syntax=syntax, sop_class_uid=CLASSES[sop_class])
    try:
        output = deidentify(data, profile=profile, pseudonyms=PSEUDONYMS).data
    except Rejected:
        return
    assert plants.survivors(output) == []
