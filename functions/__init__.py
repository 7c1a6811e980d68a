"""Lambda entry points: one package each, none of which imports another."""
