"""The context that Lambda hands to a handler, as far as handlers and Powertools read it."""

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The context of one invocation."""

    function_name: str
    memory_limit_in_mb: int = 2048
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def invoked_function_arn(self) -> str:
        """An ARN that names the function and no account."""
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """More than any batch needs: there is no clock running here."""
        return 900_000
