"""Files of resources at the gate: what is in them, and where they are kept."""
