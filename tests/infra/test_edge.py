"""The one host of the template."""

import json
import os
import subprocess
from typing import Any

import pytest

from infra.edge import WITHOUT_OBJECTS
from infra.node import NODE_VARIABLE
from tests.infra.conftest import Synthesis
from tests.infra.template import Properties, Template, text


def distribution(template: Template) -> Properties:
    config: Properties = template.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    return config


def behaviour(template: Template, path: str) -> Properties:
    (found,) = (e for e in distribution(template)["CacheBehaviors"] if e["PathPattern"] == path)
    return dict(found)


def origin(template: Template, behaving: Properties) -> Properties:
    origins = distribution(template)["Origins"]
    (found,) = (each for each in origins if each["Id"] == behaving["TargetOriginId"])
    return dict(found)


def headers(template: Template, behaving: Properties) -> Properties:
    policies = template.properties("AWS::CloudFront::ResponseHeadersPolicy")
    policy = policies[behaving["ResponseHeadersPolicyId"]["Ref"]]
    return dict(policy["ResponseHeadersPolicyConfig"])


def behaviours(template: Template) -> list[Properties]:
    config = distribution(template)
    return [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]


def test_nothing_is_served_without_tls(template: Template) -> None:
    policies = [each["ViewerProtocolPolicy"] for each in behaviours(template)]
    assert policies == ["redirect-to-https", "https-only", "https-only"]
    for each in distribution(template)["Origins"]:
        assert each.get("CustomOriginConfig", {}).get("OriginProtocolPolicy", "https-only") == (
            "https-only"
        )


def test_pages_come_from_the_web_bucket_through_access_control(template: Template) -> None:
    web = origin(template, distribution(template)["DefaultCacheBehavior"])
    assert "WebBucket" in text(web["DomainName"])
    assert web["OriginAccessControlId"]


def test_the_api_is_never_cached_and_gets_the_token(template: Template) -> None:
    api = behaviour(template, "/api/*")
    caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    all_viewer_except_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert api["CachePolicyId"] == caching_disabled
    assert api["OriginRequestPolicyId"] == all_viewer_except_host
    assert "POST" in api["AllowedMethods"]
    assert ".execute-api." in text(origin(template, api)["DomainName"])


def test_objects_come_from_the_archive_with_the_query_and_without_the_token(
    template: Template,
) -> None:
    objects = behaviour(template, "/objects/*")
    policy = template.only("AWS::CloudFront::OriginRequestPolicy")["OriginRequestPolicyConfig"]
    archive = template.name("AWS::S3::Bucket", "ArchiveBucket")
    assert policy["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert policy["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert policy["CookiesConfig"] == {"CookieBehavior": "none"}
    assert objects["OriginRequestPolicyId"]["Ref"].startswith("EdgeQueryOnly")
    assert objects["AllowedMethods"] == ["GET", "HEAD"]
    source = origin(template, objects)
    assert text(source["DomainName"]) == f"${{{archive}.RegionalDomainName}}"
    assert "OriginAccessControlId" not in source


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        ("/objects/dicom/study/1.2/1.3/1.4", "/dicom/study/1.2/1.3/1.4"),
        ("/objects/derived/p/objects/x%20y", "/derived/p/objects/x%20y"),
        ("/objects/", "/"),
    ],
)
def test_the_key_of_an_object_is_its_path_without_the_prefix(asked: str, passed_on: str) -> None:
    call = (
        f"{WITHOUT_OBJECTS}; console.log(JSON.stringify(handler({{request: {{uri: {asked!r}}}}})))"
    )
    done = subprocess.run(
        [os.environ[NODE_VARIABLE], "-e", call], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"uri": passed_on}


def test_no_answer_is_sniffed_framed_or_fetched_without_tls(template: Template) -> None:
    for each in behaviours(template):
        security = headers(template, each)["SecurityHeadersConfig"]
        assert security["ContentTypeOptions"] == {"Override": True}
        assert security["FrameOptions"]["FrameOption"] == "DENY"
        assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600
        assert security["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/api/*", "/objects/*"])
def test_data_runs_nothing_and_is_an_attachment(template: Template, path: str) -> None:
    config = headers(template, behaviour(template, path))
    policy = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    added = {each["Header"]: each for each in config["CustomHeadersConfig"]["Items"]}
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert added["Content-Disposition"] == {
        "Header": "Content-Disposition",
        "Value": "attachment",
        "Override": False,
    }
    assert "no-store" in added["Cache-Control"]["Value"]


def test_the_key_of_the_archive_is_named_to_nobody(template: Template) -> None:
    config = headers(template, behaviour(template, "/objects/*"))
    removed = {each["Header"] for each in config["RemoveHeadersConfig"]["Items"]}
    assert "x-amz-server-side-encryption-aws-kms-key-id" in removed


def test_pages_run_their_own_scripts_and_call_their_own_hosts(template: Template) -> None:
    config = headers(template, distribution(template)["DefaultCacheBehavior"])
    policy = text(config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    directives = {name: values for name, *values in map(str.split, policy.split(";"))}
    inbox = template.name("AWS::S3::Bucket", "InboxBucket")
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["connect-src"][:2] == ["'self'", f"https://${{{inbox}.RegionalDomainName}}"]
    assert not [value for value in directives["connect-src"] if "*" in value]


def test_a_host_of_its_own_is_served_with_tls_1_2(own_host: Synthesis) -> None:
    config = distribution(own_host.template)
    assert config["Aliases"] == ["archive.example.org"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_functions_build_addresses_on_the_public_base(
    template: Template, own_host: Synthesis
) -> None:
    def bases(of: Template) -> set[str]:
        functions = of.properties("AWS::Lambda::Function").values()
        variables: list[dict[str, Any]] = [each["Environment"]["Variables"] for each in functions]
        name = "SCANLOFT_PUBLIC_BASE_URL"
        return {text(each[name]) for each in variables if name in each}

    domain = template.name("AWS::CloudFront::Distribution", "EdgeDistribution")
    assert bases(template) == {f"https://${{{domain}.DomainName}}"}
    assert bases(own_host.template) == {"https://archive.example.org"}
