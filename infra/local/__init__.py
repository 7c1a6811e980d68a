"""The other place where scanloft runs: one machine, no account, the real handlers."""
