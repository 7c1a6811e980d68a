"""Places in resources as text, in the rows of what is on its way to them."""

import json
from dataclasses import asdict

from scanloft.core.annotations import Level, Overwrite, Target


def packed(target: Target) -> str:
    """The place as JSON."""
    return json.dumps(asdict(target), sort_keys=True, ensure_ascii=False)


def unpacked(text: str) -> Target:
    """The place that `packed` gave the text of."""
    values = json.loads(text)
    level, overwrite = Level(values.pop("level")), Overwrite(values.pop("overwrite"))
    return Target(level=level, overwrite=overwrite, **values)
