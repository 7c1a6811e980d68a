import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.blueprint import FUNCTIONS
from scanloft.core.settings import (
    ApiSettings,
    BridgeSettings,
    DicomwebSettings,
    IngestSettings,
    Settings,
    SummariseSettings,
    variable,
)

ALL = sorted({*(f.settings for f in FUNCTIONS), BridgeSettings}, key=lambda kind: kind.__name__)
VALUES: dict[Any, st.SearchStrategy[Any]] = {str: st.text(), int: st.integers()}


def built(kind: type[Settings]) -> st.SearchStrategy[Settings]:
    values = {f.name: VALUES[f.type] for f in dataclasses.fields(kind)}
    if "public_base_url" in values:
        values["public_base_url"] = st.text().map(lambda text: text.rstrip("/"))
    return st.builds(kind, **values)


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


@pytest.mark.parametrize("end", ["", "/", "//"])
@pytest.mark.parametrize("kind", [kind for kind in ALL if hasattr(kind, "public_base_url")])
def test_the_public_base_url_has_one_form_however_it_ends(kind: type[Settings], end: str) -> None:
    others = {variable(f.name): "1/" for f in dataclasses.fields(kind) if f.type is str}
    environment = others | {"SCANLOFT_PUBLIC_BASE_URL": f"https://archive.example{end}"}
    settings = kind.from_env(environment)
    assert isinstance(settings, ApiSettings | DicomwebSettings | SummariseSettings)
    assert settings.public_base_url == "https://archive.example"
    assert settings.index_table == "1/"


def test_a_setting_that_several_functions_share_has_one_type_and_one_default() -> None:
    seen: dict[str, Any] = {}
    for kind in ALL:
        for field in dataclasses.fields(kind):
            what = (field.type, field.default)
            assert seen.setdefault(field.name, what) == what, field.name
