"""Transfer syntaxes: the native ones by name, and which of the others can be taken (PS3.5 A)."""

from scanloft.core.errors import MalformedDicom

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED})

_FAMILY = "1.2.840.10008.1.2."
# PS3.6 A, 2024: uncompressed in fragments, RLE, deflated frames; JPEG of 1992, retired ones as
# well; JPEG-LS and JPEG 2000; JPEG XL; High-Throughput JPEG 2000. JPIP (4.94, 4.95, 4.204, 4.205),
# SMPTE (7.x) and what never held an object (6.x) refer to pixels elsewhere.
_IMAGES = (
    "1.98", "5", "8.1",
    *(f"4.{number}" for number in (*range(50, 67), 70)),
    *(f"4.{number}" for number in (80, 81, 90, 91, 92, 93)),
    "4.110", "4.111", "4.112",
    "4.201", "4.202", "4.203",
)  # fmt: skip
LOSSY = frozenset(_FAMILY + suffix for suffix in ("4.50", "4.51", "4.53", "4.55", "4.81"))
"""Syntaxes in which pixels lose something; others may also hold what was lossy before."""
_VIDEO = "1.2.840.10008.1.2.4.10"
# MPEG-2, MPEG-4 and HEVC; all but HEVC also in fragments.
_VIDEOS = (
    *(f"{number}" for number in range(9)),
    *(f"{number}.1" for number in range(7)),
)
_TAKEN = NATIVE.union(
    (_FAMILY + suffix for suffix in _IMAGES), (_VIDEO + suffix for suffix in _VIDEOS)
)


def check_syntax(uid: str) -> None:
    """Lets a standard transfer syntax pass whose pixels are in the object itself.

    Raises:
        MalformedDicom: it is another one.
    """
    if uid not in _TAKEN:
        raise MalformedDicom(
            "The transfer syntax is private, retired or refers to pixels elsewhere: "
            "convert it to a standard one, such as Explicit VR Little Endian."
        )


def is_video(uid: str) -> bool:
    """Whether one fragment may hold all frames (PS3.5 A.4.5 to A.4.7)."""
    return uid.startswith(_VIDEO)
