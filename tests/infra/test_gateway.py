"""The HTTP API of the template."""

import json

from infra.gateway import LOGGED_VALUES
from scanloft.core.blueprint import FUNCTIONS
from tests.infra.template import Template, text

ROUTE = "AWS::ApiGatewayV2::Route"


def test_the_routes_are_those_of_the_blueprint(template: Template) -> None:
    routes = {
        each["RouteKey"]: text(each["Target"]) for each in template.properties(ROUTE).values()
    }
    behind = {f"ANY {path}" for each in FUNCTIONS for path in each.routes}
    before = {f"GET {path}" for each in FUNCTIONS for path in each.open_routes}
    assert set(routes) == behind | before
    integrations = template.properties("AWS::ApiGatewayV2::Integration")
    for function in FUNCTIONS:
        for path in function.routes:
            name = routes[f"ANY {path}"].removeprefix("integrations/${").removesuffix("}")
            assert integrations[name]["PayloadFormatVersion"] == "2.0"
            assert f"{function.name.capitalize()}Function" in text(
                integrations[name]["IntegrationUri"]
            )


def test_every_route_but_the_open_ones_is_behind_the_authorizer(template: Template) -> None:
    (authorizer,) = template.resources("AWS::ApiGatewayV2::Authorizer")
    routes = template.properties(ROUTE).values()
    open_routes = {f"GET {path}" for each in FUNCTIONS for path in each.open_routes}
    assert {route["RouteKey"] for route in routes} > open_routes
    for route in routes:
        if route["RouteKey"] in open_routes:
            assert route["AuthorizationType"] == "NONE"
            continue
        assert route["AuthorizationType"] == "CUSTOM"
        assert route["AuthorizerId"] == {"Ref": authorizer}


def test_the_authorizer_is_asked_again_after_a_minute(template: Template) -> None:
    authorizer = template.only("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerResultTtlInSeconds"] <= 60
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert "AuthoriseFunction" in json.dumps(authorizer["AuthorizerUri"])


def test_the_access_log_holds_nothing_that_a_client_can_write(template: Template) -> None:
    stage = template.only("AWS::ApiGatewayV2::Stage")
    assert json.loads(stage["AccessLogSettings"]["Format"]) == LOGGED_VALUES
    free = (
        "$context.path",
        "$context.queryString",
        "$context.identity.userAgent",
        "$context.error",
    )
    assert not [value for value in LOGGED_VALUES.values() if value.startswith(free)]


def test_the_api_is_throttled(template: Template) -> None:
    settings = template.only("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]
