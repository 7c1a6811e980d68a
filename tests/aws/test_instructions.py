from hypothesis import given
from hypothesis import strategies as st

from scanloft.aws.instructions import InstructionIndex, _instruction, _row
from scanloft.core.instructions import Instruction
from scanloft.core.model import Prearchive
from tests.support.cloud import Cloud

TEXT = st.text(max_size=10)
INSTRUCTIONS = st.builds(
    Instruction,
    project=st.just("alpha"),
    upload=st.just("review-1"),
    number=st.integers(1, 999).map(str),
    by=TEXT,
    prearchive=st.none() | st.sampled_from(Prearchive),
    profile=st.none() | st.dictionaries(TEXT, TEXT | st.integers() | st.booleans(), max_size=3),
    pixels_reviewed=st.booleans(),
    was=st.lists(
        st.tuples(st.from_regex(r"[A-Za-z0-9-]{1,9}", fullmatch=True), st.just("3.17")), max_size=3
    ).map(tuple),
    uploader=TEXT,
    site=TEXT,
    subject_label=TEXT,
    session_label=TEXT,
)


@given(INSTRUCTIONS)
def test_an_instruction_is_read_back_as_it_was_written(instruction: Instruction) -> None:
    assert _instruction(_row(instruction)) == instruction


def test_instructions_are_found_by_the_places_of_their_objects(cloud: Cloud) -> None:
    index = InstructionIndex(cloud.rows)
    one = Instruction(project="alpha", upload="review-1", number="1", by="olga")
    index.put([one], expires_at=2_000_000_000)
    places = [("alpha", "review-1", "1"), ("alpha", "review-1", "2"), ("beta", "review-1", "1")]
    assert index.known(places) == {places[0]: one}
    assert index.known([]) == {}
