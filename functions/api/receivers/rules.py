"""The rules of the whole archive, by which unassigned objects are routed."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.services import Services
from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.receivers import SiteRouting
from scanloft.core.routing.expressions import TEXT_LIMIT
from scanloft.core.routing.route import parse_rules
from scanloft.deid.values.patterns import compiled

Lines = Annotated[str, Field(max_length=TEXT_LIMIT)]


class RulesBody(Body):
    """Expressions for each level, one a line, as docs/routing.md describes them."""

    project: Lines = ""
    subject: Lines = ""
    session: Lines = ""

    def checked(self) -> dict[str, str]:
        """The lines by level, where there are any.

        Raises:
            InvalidRequest: a faulty line; it is named.
        """
        lines = {level: text for level, text in self.model_dump().items() if text.strip()}
        parse_rules(lines, compiled=compiled)
        return lines


class RulesShown(Shown):
    """Expressions for each level, one a line."""

    project: str = ""
    subject: str = ""
    session: str = ""


def show(services: Services, request: Request) -> Answer:
    """The rules of the archive."""
    return _answer(ReceiverIndex(services.rows).site_routing())


def put(services: Services, request: Request) -> Answer:
    """Other rules in their place; they hold from the next objects on.

    Raises:
        InvalidRequest: a faulty line; it is named.
        Outdated: somebody changed them since the caller read them.
    """
    index = ReceiverIndex(services.rows)
    before = index.site_routing()
    request.check_match(str(before.revision))
    rules = request.body(RulesBody).checked()
    changed = SiteRouting(rules, index.put_site_routing(SiteRouting(rules, before.revision)))
    return _answer(changed)


def _answer(routing: SiteRouting) -> Answer:
    return Answer(RulesShown(**routing.rules), etag=str(routing.revision))
