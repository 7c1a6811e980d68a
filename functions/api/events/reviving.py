"""Having webhooks tried again at once that wait for their next attempt."""

from functions.api.services import Services
from scanloft.core.errors import Unavailable
from scanloft.core.hooks import Hook, revived

ROUNDS = 10


def revive(services: Services, hook: Hook) -> None:
    """Forgets how often a webhook failed, so that its next call delivers.

    Raises:
        Unavailable: deliveries wrote the same row again and again meanwhile.
    """
    for _ in range(ROUNDS):
        state = services.hooks.state(hook.project, hook.hook)
        if state is None or services.hooks.put_state(revived(state)):
            return
    raise Unavailable("The webhook is being delivered to: try again.")


def revive_waiting(services: Services, project: str) -> None:
    """Revives all webhooks of a project whose next attempt is due at some time.

    While a project is deleted the calls for those attempts are dropped. What was left alone after
    days of failures stays so.

    Raises:
        Unavailable: deliveries wrote the same row again and again meanwhile.
    """
    for hook in services.hooks.hooks(project):
        state = services.hooks.state(project, hook.hook)
        if state is not None and state.retry_at and not state.paused:
            revive(services, hook)
