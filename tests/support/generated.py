"""Data sets that hypothesis makes: nested, in all VRs, of odd and undefined lengths."""

from hypothesis import strategies as st

from tests.support.confidentiality import attributes
from tests.support.objects import CLASSES, OLD_UIDS, file_with
from tests.support.wire import ALL_VRS, Syntax, Wire

# Technical, dated, coded, private, unknown, overlay, pixel and delimiter tags beside the listed.
_TAGS = (
    0x00080008, 0x00080016, 0x00080060, 0x00080100, 0x00080102, 0x00080104, 0x00081115, 0x00081199,
    0x00082218, 0x00090010, 0x00091001, 0x000910FF, 0x00100010, 0x00100020, 0x00180015, 0x00180050,
    0x00181200, 0x0018FFFE, 0x00200011, 0x00280008, 0x00281052, 0x00290010, 0x00291010, 0x00400275,
    0x0040A160, 0x0040A730, 0x50003000, 0x60000022, 0x60003000, 0x7FE00001, 0x7FE00008, 0x00080005,
)  # fmt: skip
_VALUES = (
    b"", b"A", b"HEAD", b"1.2.3", b"1.2.3\0", b"20200229", b"20200229101112.5+0100", b"101112",
    b"Testmann^Ottilie", b"for Testmann", b"TESTID-0815", b"a\\b\\c", b"99LOCAL", b"DCM",
    b"ISO_IR 100", b"\\ISO 2022 IR 87", b"\xc3\xa9\xe5", b"\x1b$B;3ED\x1b(B", b"SIEMENS CSA HEADER",
    b"\0", b"\xff" * 7, b"\xfe\xff\x00\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0", b" ",
)  # fmt: skip


def tags() -> st.SearchStrategy[int]:
    """Tags that rules look at; identifying ones of the object itself are left to the essentials."""
    listed = [a.tag for a in attributes() if a.tag >> 16 not in (0, 2, 4)]
    return st.sampled_from(sorted({*listed, *_TAGS} - set(OLD_UIDS)))


def values() -> st.SearchStrategy[bytes]:
    return st.one_of(st.sampled_from(_VALUES), st.binary(max_size=24))


def wires() -> st.SearchStrategy[Wire]:
    """Elements, some of them sequences, also where the tag is none and the other way round."""
    plain = st.builds(
        Wire, tags(), st.sampled_from(ALL_VRS).filter(lambda vr: vr != "SQ"), values()
    )
    return st.recursive(
        plain,
        lambda inner: st.builds(
            Wire,
            tags(),
            st.just("SQ"),
            st.lists(st.lists(inner, max_size=4).map(_sorted), max_size=3).map(tuple),
            st.booleans(),
        ),
        max_leaves=12,
    )


def objects() -> st.SearchStrategy[bytes]:
    """Part 10 files with the essentials and some elements, mostly sorted and without repeats."""
    return st.builds(
        _object,
        st.lists(wires(), max_size=10),
        st.sampled_from([Syntax.EXPLICIT, Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG]),
        st.sampled_from(sorted(CLASSES.values())),
    )


def _object(elements: list[Wire], syntax: Syntax, sop_class_uid: str) -> bytes:
    unique = {wire.tag: wire for wire in elements if wire.tag != 0x00080016}
    return file_with(unique.values(), syntax=syntax, sop_class_uid=sop_class_uid)


def _sorted(elements: list[Wire]) -> tuple[Wire, ...]:
    by_tag = {wire.tag: wire for wire in elements}
    return tuple(by_tag[tag] for tag in sorted(by_tag))
