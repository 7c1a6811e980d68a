"""The container at the hospital: DICOM comes in over DIMSE and goes on to the inbox."""
