"""Who became whom is reached by anonymise and by the audited route of owners, and by nothing else.

Read from the template as a whole: every place that names the table or its key is accounted for.
"""

import json
from typing import Any

from functions.api.custody.routes import ROUTES as CUSTODY_ROUTES
from functions.api.routes import ROUTES
from scanloft.core.blueprint import CUSTODY
from scanloft.core.roles import Right
from tests.infra.template import Template, statements

REACHING = ("Anonymise", "Custody")
TABLE, KEY = "AWS::DynamoDB::Table", "AWS::KMS::Key"
START = "PseudonymsTable"


def naming(template: Template, logical: str) -> dict[str, str]:
    """The resources that name a logical ID anywhere, each with its type."""
    resources: dict[str, Any] = dict(template.document["Resources"])
    quoted = f'"{logical}"'
    return {
        name: each["Type"]
        for name, each in resources.items()
        if name != logical and (quoted in json.dumps(each) or f"${{{logical}" in json.dumps(each))
    }


def test_the_table_is_named_by_the_roles_and_settings_of_two_functions_alone(
    template: Template,
) -> None:
    found = naming(template, template.name(TABLE, START))
    assert set(found.values()) == {"AWS::IAM::Policy", "AWS::Lambda::Function"}
    assert sorted(found) == sorted(
        name
        for kind, part in (("AWS::IAM::Policy", "Role"), ("AWS::Lambda::Function", "Function"))
        for name in template.resources(kind)
        if name.startswith(tuple(f"{each}{part}" for each in REACHING))
    )


def test_its_key_is_named_by_their_roles_and_the_table_alone(template: Template) -> None:
    found = naming(template, template.name(KEY, START))
    roles = [n for n in template.resources("AWS::IAM::Policy") if n.startswith(REACHING)]
    assert sorted(found) == sorted([*roles, template.name(TABLE, START)])


def test_its_key_trusts_the_roles_of_this_account_and_no_service(template: Template) -> None:
    key = template.only(KEY, start=START)
    (statement,) = statements(key["KeyPolicy"])
    assert "root" in json.dumps(statement.principal)
    assert set(statement.principal) == {"AWS"}


def test_no_policy_lies_on_the_table_itself(template: Template) -> None:
    table = template.only(TABLE, start=START)
    assert "ResourcePolicy" not in table
    assert "StreamSpecification" not in table
    assert "KinesisStreamSpecification" not in table


def test_no_statement_reaches_tables_or_keys_that_it_does_not_name(template: Template) -> None:
    for policy in template.properties("AWS::IAM::Policy").values():
        for statement in statements(policy["PolicyDocument"]):
            if any(action.startswith(("dynamodb:", "kms:")) for action in statement.actions):
                assert not [each for each in statement.resources if "*" in each]


def test_the_policies_that_reach_it_belong_to_one_role_each(template: Template) -> None:
    for name, policy in template.properties("AWS::IAM::Policy").items():
        if name.startswith(REACHING):
            (role,) = policy["Roles"]
            assert role["Ref"].startswith(REACHING)


def test_every_route_of_custody_is_audited_and_for_owners() -> None:
    assert CUSTODY_ROUTES
    for route in CUSTODY_ROUTES:
        assert route.audited
        assert route.rights == (Right.MANAGE,)
        assert not route.is_open
        assert route.told == ()
    assert {r.name for r in ROUTES if r.function == CUSTODY.name} == {
        r.name for r in CUSTODY_ROUTES
    }


def test_the_gateway_sends_to_custody_what_is_its_own(template: Template) -> None:
    routes = template.properties("AWS::ApiGatewayV2::Route").values()
    integrations = template.properties("AWS::ApiGatewayV2::Integration")
    to_custody = [
        each["RouteKey"]
        for each in routes
        if "CustodyFunction" in json.dumps(_integration(integrations, each))
    ]
    assert to_custody == [f"ANY {path}" for path in CUSTODY.routes]


def _integration(integrations: dict[str, Any], route: Any) -> Any:
    target = json.dumps(route["Target"])
    return next(each for name, each in integrations.items() if f'"{name}"' in target)
