"""The daily sweep: what was deleted long enough ago, and what nobody finished."""
