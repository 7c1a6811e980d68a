"""The de-identification gate: PS3.15 Annex E as code and tables, no AWS."""
