"""Who may sign in: the Cognito user pool, its client, and the group of administrators."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

ADMIN_GROUP = "site-admins"
PASSWORD_LENGTH = 12
INVITATION_DAYS = 3
SESSION_HOURS = 12


class Identity(Construct):
    """The user pool; site administrators invite users, nobody signs up."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=PASSWORD_LENGTH,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(INVITATION_DAYS),
            ),
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        stack = cdk.Stack.of(self)
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"{stack.stack_name.lower()}-{stack.account}"
            ),
        )
        cognito.CfnUserPoolGroup(
            self,
            "Admins",
            user_pool_id=self.pool.user_pool_id,
            group_name=ADMIN_GROUP,
            description="Site administrators of scanloft: every right in every project.",
        )

    @property
    def issuer(self) -> str:
        """The `iss` of the tokens."""
        return f"https://{self.pool.user_pool_provider_name}"

    @property
    def jwks_url(self) -> str:
        """Where the keys are that tokens are signed with."""
        return f"{self.issuer}/.well-known/jwks.json"

    def add_client(self, public_base_url: str) -> cognito.UserPoolClient:
        """The client of web app and CLI: no secret, SRP or authorization code with PKCE."""
        return self.pool.add_client(
            "Client",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[f"{public_base_url}/"],
                logout_urls=[f"{public_base_url}/"],
            ),
            access_token_validity=cdk.Duration.hours(1),
            id_token_validity=cdk.Duration.hours(1),
            refresh_token_validity=cdk.Duration.hours(SESSION_HOURS),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )
