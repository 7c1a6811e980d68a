import base64
import hashlib
import hmac

from scanloft.core.signing import new_secret, signature, signed_headers


def test_a_signature_is_that_of_the_published_example() -> None:
    """The example of the specification of Standard Webhooks."""
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_are_what_a_receiver_verifies() -> None:
    secret = new_secret(bytes(range(32)))
    headers = signed_headers(secret, message_id="m-1", timestamp=7, body=b"{}")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + b"{}"
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
