"""Anonymizer scripts of the RSNA Clinical Trial Processor (CTP): read, checked, and run."""
