"""The response headers that CloudFront adds: strict for pages, stricter for data."""

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

HSTS_DAYS = 730
INERT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
"""The content security policy of what is data: nothing in it may run, wherever it is opened."""
STORAGE_HEADERS = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-version-id",
)
"""What S3 says of itself: the ARN of the key names the account."""


def pages_policy(
    scope: Construct, *, callable_hosts: Iterable[str]
) -> cloudfront.ResponseHeadersPolicy:
    """The headers of the web app, which may call its own host and `callable_hosts`."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "PageHeaders",
        comment="The web app: its own scripts only",
        security_headers_behavior=_security(_pages_csp(callable_hosts)),
        custom_headers_behavior=_custom(
            {
                "Cross-Origin-Opener-Policy": "same-origin",
                "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            },
            override=True,
        ),
    )


def answers_policy(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    """The headers of API answers and of objects: data to be kept by nobody in between.

    Those that an answer carries itself stay: an attachment keeps its name, metadata its caching.
    """
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "DataHeaders",
        comment="Data: nothing in it may run",
        security_headers_behavior=_security(INERT),
        custom_headers_behavior=_custom(
            {
                "Cache-Control": "private, no-store",
                "Content-Disposition": "attachment",
                "Cross-Origin-Resource-Policy": "same-origin",
            },
            override=False,
        ),
        remove_headers=list(STORAGE_HEADERS),
    )


def _pages_csp(callable_hosts: Iterable[str]) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            f"connect-src 'self' {' '.join(f'https://{host}' for host in callable_hosts)}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


def _security(policy: str) -> cloudfront.ResponseSecurityHeadersBehavior:
    return cloudfront.ResponseSecurityHeadersBehavior(
        content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
            content_security_policy=policy, override=True
        ),
        content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
        frame_options=cloudfront.ResponseHeadersFrameOptions(
            frame_option=cloudfront.HeadersFrameOption.DENY, override=True
        ),
        referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
            referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
        ),
        strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
            access_control_max_age=cdk.Duration.days(HSTS_DAYS),
            override=True,
        ),
    )


def _custom(
    value_by_header: dict[str, str], *, override: bool
) -> cloudfront.ResponseCustomHeadersBehavior:
    return cloudfront.ResponseCustomHeadersBehavior(
        custom_headers=[
            cloudfront.ResponseCustomHeader(header=header, value=value, override=override)
            for header, value in value_by_header.items()
        ]
    )
