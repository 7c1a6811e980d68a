"""The slow way: data sets parsed by pydicom, for what is not plain, for CTP scripts and pixels."""
