"""The CDK app that puts the archive on AWS; importing it makes node unnecessary on the system."""

from infra.node import use_bundled_node

use_bundled_node()
