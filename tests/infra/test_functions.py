"""The functions of the template."""

import dataclasses

import pytest

from infra.functions import environment_of
from infra.permissions import PERMISSIONS_BY_FUNCTION, Sending
from scanloft.core.blueprint import ANONYMISE, API, FUNCTIONS, Function
from tests.infra.conftest import Synthesis
from tests.infra.template import Properties, Template, text

FUNCTION = "AWS::Lambda::Function"
SOURCE = "AWS::Lambda::EventSourceMapping"


def properties(template: Template, function: Function) -> Properties:
    return template.only(FUNCTION, start=f"{function.name.capitalize()}Function")


def test_there_are_the_functions_of_the_blueprint_and_no_others(template: Template) -> None:
    handlers = {each["Handler"] for each in template.properties(FUNCTION).values()}
    assert handlers == {f"{each.module}.handler" for each in FUNCTIONS}
    assert len(template.resources(FUNCTION)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_has_the_size_of_the_blueprint(template: Template, function: Function) -> None:
    found = properties(template, function)
    assert found["MemorySize"] == function.memory_mb
    assert found["Timeout"] == function.timeout_s
    assert found["Runtime"] == "python3.13"
    assert found["Architectures"] == ["arm64"]
    assert "TracingConfig" not in found


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_the_environment_of_a_function_is_its_settings(
    template: Template, function: Function
) -> None:
    variables = properties(template, function)["Environment"]["Variables"]
    environment = {name: text(value) for name, value in variables.items()}
    settings = function.settings.from_env(environment)
    assert settings.to_env() == environment


def test_settings_name_the_resource_that_they_are_called_after(template: Template) -> None:
    variables = properties(template, ANONYMISE)["Environment"]["Variables"]
    inbox = template.name("AWS::S3::Bucket", "InboxBucket")
    pseudonyms = template.name("AWS::DynamoDB::Table", "PseudonymsTable")
    assert variables["SCANLOFT_INBOX_BUCKET"] == {"Ref": inbox}
    assert variables["SCANLOFT_PSEUDONYMS_TABLE"] == {"Ref": pseudonyms}


def test_who_may_make_projects_is_as_it_was_chosen(template: Template, own_host: Synthesis) -> None:
    environments = [
        properties(each, API)["Environment"]["Variables"] for each in (template, own_host.template)
    ]
    creators = [each["SCANLOFT_PROJECT_CREATORS"] for each in environments]
    assert creators == ["administrators", "everyone"]


def test_a_setting_without_a_value_is_named() -> None:
    with pytest.raises(ValueError, match=r"inbox_bucket, .* of anonymise"):
        environment_of(ANONYMISE, {})


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if each.source], ids=lambda function: function.name
)
def test_a_batch_may_fail_in_part(template: Template, function: Function) -> None:
    assert function.source is not None
    source = template.only(SOURCE, start=f"{function.name.capitalize()}Function")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == function.source.batch_size
    assert source["MaximumBatchingWindowInSeconds"] == function.source.batch_window_s
    assert f"{function.source.name.capitalize()}Queue" in text(source["EventSourceArn"])
    assert "DeadLetters" not in text(source["EventSourceArn"])


def test_only_functions_with_a_source_are_fed(template: Template) -> None:
    assert len(template.resources(SOURCE)) == len([each for each in FUNCTIONS if each.source])


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_only_what_goes_on_in_another_call_may_send_to_itself(
    template: Template, function: Function
) -> None:
    """Lambda ends what looks like a loop after sixteen rounds, unless it is told not to."""
    loop = properties(template, function).get("RecursiveLoop")
    sends = (
        Sending(function.source) in PERMISSIONS_BY_FUNCTION[function.name]
        if function.source
        else False
    )
    assert loop == ("Allow" if sends else None)
    assert sends == function.sends_to_itself


def test_logs_of_functions_end(template: Template) -> None:
    groups = template.properties("AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] > 0 for group in groups.values())
    logged = {text(p["LoggingConfig"]["LogGroup"]) for p in template.properties(FUNCTION).values()}
    assert len(logged) == len(FUNCTIONS)
    assert logged <= {f"${{{name}}}" for name in groups}


def test_every_field_that_infra_must_fill_is_a_text() -> None:
    fields = [field for each in FUNCTIONS for field in dataclasses.fields(each.settings)]
    required = [field for field in fields if field.default is dataclasses.MISSING]
    assert {field.type for field in required} == {str}
