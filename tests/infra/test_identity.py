"""The user pool of the template."""

from infra.identity import ADMIN_GROUP
from tests.infra.conftest import Synthesis
from tests.infra.template import Template


def test_nobody_signs_up(template: Template) -> None:
    pool = template.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_users_have_long_passwords_and_may_use_totp(template: Template) -> None:
    pool = template.only("AWS::Cognito::UserPool")
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert all(value for name, value in policy.items() if name.startswith("Require"))
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_users_survive_the_stack(template: Template) -> None:
    (pool,) = template.resources("AWS::Cognito::UserPool").values()
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"
    assert pool["DeletionPolicy"] == pool["UpdateReplacePolicy"] == "Retain"


def test_the_client_never_sends_a_password(template: Template) -> None:
    client = template.only("AWS::Cognito::UserPoolClient")
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_sign_in_leads_back_to_the_archive_alone(own_host: Synthesis) -> None:
    client = own_host.template.only("AWS::Cognito::UserPoolClient")
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://archive.example.org/"]


def test_there_is_the_group_that_authorise_asks_for(template: Template) -> None:
    assert ADMIN_GROUP == "site-admins"
    assert template.only("AWS::Cognito::UserPoolGroup")["GroupName"] == ADMIN_GROUP
