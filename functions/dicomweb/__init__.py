"""DICOMweb: search and retrieval of what a project holds (PS3.18 10)."""
