"""The one host: CloudFront before the web app, the API and the large objects of the archive."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.headers import answers_policy, pages_policy
from infra.options import Options

API_PATH = "/api/*"
OBJECTS_PATH = "/objects/*"
WITHOUT_OBJECTS = """\
function handler(event) {
  var request = event.request;
  request.uri = request.uri.substring('/objects'.length);
  return request;
}
"""
"""The key of an object is its path without the prefix, and S3 signed it so."""
ORIGIN_TIMEOUT_S = 30
OLDEST_PROTOCOL = cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021
"""Only with a certificate of one's own: that of *.cloudfront.net has a fixed policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """What lies behind the one host; `callable_hosts` are others that the web app may call."""

    web: s3.IBucket
    archive: s3.IBucket
    api_domain: str
    callable_hosts: tuple[str, ...]


class Edge(Construct):
    """The CloudFront distribution.

    It keeps no access log: its standard logs hold query strings, where QIDO-RS has what users
    search for. API and buckets log each request themselves.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, behind: Origins, options: Options
    ) -> None:
        super().__init__(scope, construct_id)
        host = options.public_host if options.certificate_arn else None
        self._answers = answers_policy(self)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=cdk.Stack.of(self).stack_name,
            default_behavior=self._pages(behind),
            additional_behaviors={
                API_PATH: self._api(behind.api_domain),
                OBJECTS_PATH: self._objects(behind.archive),
            },
            default_root_object="index.html",
            domain_names=[host] if host else None,
            certificate=self._certificate(options.certificate_arn),
            minimum_protocol_version=OLDEST_PROTOCOL if options.certificate_arn else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        )
        self.public_base_url = (
            options.public_base_url or f"https://{self.distribution.distribution_domain_name}"
        )

    def _certificate(self, arn: str | None) -> acm.ICertificate | None:
        return acm.Certificate.from_certificate_arn(self, "Certificate", arn) if arn else None

    def _pages(self, behind: Origins) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(behind.web),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=pages_policy(self, callable_hosts=behind.callable_hosts),
        )

    def _api(self, domain: str) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=_https_origin(domain),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._answers,
        )

    def _objects(self, archive: s3.IBucket) -> cloudfront.BehaviorOptions:
        """Signed addresses of the archive; S3 refuses what is not signed.

        CloudFront passes neither cookies nor headers on, so no `Authorization`, which S3 would
        take for a second signature; it does pass `Range`.
        """
        return cloudfront.BehaviorOptions(
            origin=_https_origin(archive.bucket_regional_domain_name),
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=self._query_only(),
            response_headers_policy=self._answers,
            function_associations=[
                cloudfront.FunctionAssociation(
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                    function=self._without_objects(),
                )
            ],
        )

    def _query_only(self) -> cloudfront.OriginRequestPolicy:
        return cloudfront.OriginRequestPolicy(
            self,
            "QueryOnly",
            comment="The query string, where the signature is, and nothing else of the viewer",
            query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
            header_behavior=cloudfront.OriginRequestHeaderBehavior.none(),
            cookie_behavior=cloudfront.OriginRequestCookieBehavior.none(),
        )

    def _without_objects(self) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            "WithoutObjects",
            comment="Takes /objects off the path",
            code=cloudfront.FunctionCode.from_inline(WITHOUT_OBJECTS),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )


def _https_origin(domain: str) -> cloudfront.IOrigin:
    return origins.HttpOrigin(
        domain,
        protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
        read_timeout=cdk.Duration.seconds(ORIGIN_TIMEOUT_S),
    )
