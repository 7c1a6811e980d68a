from dataclasses import fields, replace

import pytest

from scanloft.core.holdings import Holdings, confirmation

HELD = Holdings(**{field.name: 1 for field in fields(Holdings)})


@pytest.mark.parametrize("name", [field.name for field in fields(Holdings)])
def test_whatever_comes_or_goes_needs_another_confirmation(name: str) -> None:
    seen = confirmation("alpha", revision=1, feed=1, holdings=HELD)
    now = confirmation("alpha", revision=1, feed=1, holdings=replace(HELD, **{name: 2}))
    assert now != seen


def test_an_edit_or_another_project_needs_another_confirmation() -> None:
    seen = confirmation("alpha", revision=1, feed=1, holdings=HELD)
    assert seen == confirmation("alpha", revision=1, feed=1, holdings=HELD)
    assert seen != confirmation("alpha", revision=2, feed=1, holdings=HELD)
    assert seen != confirmation("alpha", revision=1, feed=2, holdings=HELD)
    assert seen != confirmation("beta", revision=1, feed=1, holdings=HELD)
