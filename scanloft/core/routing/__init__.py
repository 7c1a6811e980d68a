"""Which project, subject and session an object belongs to that was addressed to none."""
