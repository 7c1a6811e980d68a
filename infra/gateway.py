"""The HTTP API: its routes, the authorizer before all of them, and its access log."""

import json
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

AUTHORISATION_CACHE_S = 60
"""How long a revoked token may still be let in."""
RATE_LIMIT_PER_S = 500
BURST_LIMIT = 1000
ANY_METHOD = apigatewayv2.HttpMethod.ANY
LOG_RETENTION = logs.RetentionDays.ONE_YEAR
LOGGED_VALUES = {
    "request": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "size_bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "user": "$context.authorizer.user",
    "address": "$context.identity.sourceIp",
    "integration_error": "$context.integrationErrorMessage",
}
"""Neither path nor query: a client can write anything there, a name of a patient too."""


class Gateway(Construct):
    """The HTTP API, without routes until `route` is called."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=cdk.Stack.of(self).stack_name,
            description="scanloft: REST and DICOMweb behind CloudFront",
            create_default_stage=False,
        )
        self._authorizer: apigatewayv2.IHttpRouteAuthorizer | None = None
        self._add_stage()

    @property
    def domain(self) -> str:
        """The host of the API, which CloudFront passes requests on to."""
        stack = cdk.Stack.of(self)
        return f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def authorise_with(self, function: lambda_.IFunction) -> None:
        """Puts the authorizer before all routes."""
        self._authorizer = authorizers.HttpLambdaAuthorizer(
            "Authorise",
            function,
            response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
            identity_source=["$request.header.Authorization"],
            results_cache_ttl=cdk.Duration.seconds(AUTHORISATION_CACHE_S),
        )

    def route(self, path: str, function: lambda_.IFunction) -> None:
        """Sends all requests for a path to a function, once they are authorised.

        Raises:
            RuntimeError: there is no authorizer yet.
        """
        if self._authorizer is None:
            raise RuntimeError("A route needs the authorizer: call authorise_with first.")
        self._add_route(path, function, methods=[ANY_METHOD], authorizer=self._authorizer)

    def route_openly(self, path: str, function: lambda_.IFunction) -> None:
        """Sends requests that read a path to a function, whoever asks."""
        self._add_route(
            path,
            function,
            methods=[apigatewayv2.HttpMethod.GET],
            authorizer=apigatewayv2.HttpNoneAuthorizer(),
        )

    def _add_route(
        self,
        path: str,
        function: lambda_.IFunction,
        *,
        methods: list[apigatewayv2.HttpMethod],
        authorizer: apigatewayv2.IHttpRouteAuthorizer,
    ) -> None:
        self.api.add_routes(
            path=path,
            methods=methods,
            authorizer=authorizer,
            integration=integrations.HttpLambdaIntegration(
                f"{function.node.addr}Integration",
                function,
                payload_format_version=apigatewayv2.PayloadFormatVersion.VERSION_2_0,
            ),
        )

    def _add_stage(self) -> None:
        log_group = logs.LogGroup(
            self, "Logs", retention=LOG_RETENTION, removal_policy=cdk.RemovalPolicy.RETAIN
        )
        stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(
                rate_limit=RATE_LIMIT_PER_S, burst_limit=BURST_LIMIT
            ),
        )
        resource = cast("apigatewayv2.CfnStage", stage.node.default_child)
        resource.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=cdk.Stack.of(self).format_arn(
                service="logs",
                resource="log-group",
                resource_name=log_group.log_group_name,
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            ),
            format=json.dumps(LOGGED_VALUES),
        )
