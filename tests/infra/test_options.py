"""What a deployment may choose."""

import pytest
from aws_cdk import App

from infra.options import Options


def options(**context: object) -> Options:
    return Options.from_context(App(context=context).node)


def test_nothing_has_to_be_chosen() -> None:
    assert options() == Options()


def test_the_base_is_a_host_without_a_slash_at_the_end() -> None:
    chosen = options(public_base_url="https://archive.example.org/")
    assert chosen.public_base_url == "https://archive.example.org"
    assert chosen.public_host == "archive.example.org"


@pytest.mark.parametrize(
    "base",
    [
        "http://archive.example.org",
        "archive.example.org",
        "https://archive.example.org/path",
        "https://user@archive.example.org",
        "https://archive.example.org:8443",
        "https://",
    ],
)
def test_a_base_that_browsers_would_not_agree_on_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="public_base_url is https"):
        options(public_base_url=base)


def test_a_certificate_needs_its_host() -> None:
    with pytest.raises(ValueError, match="also needs public_base_url"):
        options(certificate_arn="arn:aws:acm:us-east-1:111111111111:certificate/0")


@pytest.mark.parametrize(("said", "meant"), [("false", False), (False, False), ("True", True)])
def test_wheels_are_left_out_on_demand(said: object, meant: object) -> None:
    assert options(wheels=said).wheels is meant


def test_who_may_make_projects_is_chosen() -> None:
    assert options(project_creators="everyone").project_creators == "everyone"
    with pytest.raises(ValueError, match="project_creators is administrators or everyone"):
        options(project_creators="nobody")


def test_a_truth_is_true_or_false() -> None:
    with pytest.raises(ValueError, match="wheels is either true or false"):
        options(wheels="maybe")
