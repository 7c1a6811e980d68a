"""Where the archive takes DICOM, and the rules by which it is routed: for site administrators."""
