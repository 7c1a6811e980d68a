import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.blueprint import FUNCTIONS
from scanloft.core.settings import BridgeSettings, IngestSettings, Settings, variable

ALL = sorted({*(f.settings for f in FUNCTIONS), BridgeSettings}, key=lambda kind: kind.__name__)
VALUES: dict[Any, st.SearchStrategy[Any]] = {str: st.text(), int: st.integers()}


def built(kind: type[Settings]) -> st.SearchStrategy[Settings]:
    return st.builds(kind, **{f.name: VALUES[f.type] for f in dataclasses.fields(kind)})


@given(st.sampled_from(ALL).flatmap(built))
def test_settings_are_read_from_the_environment_as_they_were_written(settings: Settings) -> None:
    noise = {"PATH": "/bin", "SCANLOFT_OTHER": "x"}
    assert type(settings).from_env(noise | settings.to_env()) == settings


@pytest.mark.parametrize("kind", ALL)
def test_what_has_a_default_may_be_left_out_and_what_has_none_is_named(
    kind: type[Settings],
) -> None:
    needed = [f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    environment = {variable(name): f"the {name}" for name in needed}
    settings = kind.from_env(environment)
    assert all(getattr(settings, name) == f"the {name}" for name in needed)
    for name in needed:
        fewer = {key: value for key, value in environment.items() if key != variable(name)}
        with pytest.raises(ValueError, match=f"{variable(name)} is not set"):
            kind.from_env(fewer)


@pytest.mark.parametrize("text", ["", "many", "1.5", "0x10", "1e3"])
def test_a_number_that_is_none_is_named_and_not_quoted(text: str) -> None:
    environment = IngestSettings(archive_bucket="a", index_table="i", summarise_queue_url="q")
    bad = environment.to_env() | {"SCANLOFT_THREADS": text}
    with pytest.raises(ValueError, match="SCANLOFT_THREADS must be a whole number") as caught:
        IngestSettings.from_env(bad)
    assert text in ("", "many") or text not in str(caught.value)


def test_a_setting_that_several_functions_share_has_one_type_and_one_default() -> None:
    seen: dict[str, Any] = {}
    for kind in ALL:
        for field in dataclasses.fields(kind):
            what = (field.type, field.default)
            assert seen.setdefault(field.name, what) == what, field.name
