"""Reading DICOM safely and saying what is in it: no AWS."""
