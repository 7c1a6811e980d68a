import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.attributes import Level, tags_of
from scanloft.core.model import Attributes, Instance, Location, Series
from scanloft.core.summary import MODALITY, series_of, study_of

PATIENT_ID, SERIES_NUMBER, INSTANCE_NUMBER = "00100020", "00200011", "00200013"
TAGS = (PATIENT_ID, MODALITY, SERIES_NUMBER, INSTANCE_NUMBER)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(TAGS), st.lists(st.sampled_from(["CT", "MR", "x"]), max_size=2).map(tuple)
)


def instance(number: int, attributes: Attributes) -> Instance:
    return Instance(
        project="alpha",
        study_uid="1",
        series_uid="1.1",
        sop_uid=f"1.1.{number}",
        sop_class_uid="1.2.3",
        transfer_syntax_uid="1.2",
        location=Location(f"key/{number}", 0, 100 + number),
        sha256=f"{number:064x}",
        header_length=50,
        attributes=attributes,
    )


INSTANCES = st.lists(ATTRIBUTES, min_size=1, max_size=6).map(
    lambda entries: [instance(place, entry) for place, entry in enumerate(entries)]
)
SERIES = st.lists(INSTANCES, min_size=1, max_size=4).map(
    lambda groups: [
        replace(series_of(group, revision=0), series_uid=f"1.{place}")
        for place, group in enumerate(groups)
    ]
)


@given(INSTANCES, st.randoms())
def test_a_series_does_not_depend_on_the_order_of_its_instances(
    instances: list[Instance], order: random.Random
) -> None:
    shuffled = order.sample(instances, len(instances))
    assert series_of(shuffled, revision=3) == series_of(instances, revision=3)


@given(SERIES, st.randoms())
def test_a_study_does_not_depend_on_the_order_of_its_series(
    series: list[Series], order: random.Random
) -> None:
    shuffled = order.sample(series, len(series))
    assert study_of(shuffled, revision=3) == study_of(series, revision=3)


@given(INSTANCES)
def test_a_series_counts_its_instances_and_keeps_what_is_of_its_level(
    instances: list[Instance],
) -> None:
    series = series_of(instances, revision=5)
    assert (series.instance_count, series.revision) == (len(instances), 5)
    assert series.size_bytes == sum(one.location.length for one in instances)
    assert series.attributes.keys() <= tags_of(Level.STUDY) | tags_of(Level.SERIES)
    assert INSTANCE_NUMBER not in series.attributes
    for tag, values in series.attributes.items():
        assert values == next(v for one in instances if (v := one.attributes.get(tag)))


@given(SERIES)
def test_a_study_sums_up_its_series(series: list[Series]) -> None:
    study = study_of(series, revision=2)
    assert study.series_count == len(series)
    assert study.instance_count == sum(one.instance_count for one in series)
    assert study.size_bytes == sum(one.size_bytes for one in series)
    assert study.attributes.keys() <= tags_of(Level.STUDY)
    named = {value for one in series for value in one.attributes.get(MODALITY, ())}
    assert study.modalities == tuple(sorted(map(str, named)))


def test_an_empty_value_does_not_hide_that_of_another_instance() -> None:
    instances = [instance(1, {PATIENT_ID: ()}), instance(2, {PATIENT_ID: ("x",)})]
    assert series_of(instances, revision=0).attributes == {PATIENT_ID: ("x",)}
