"""The options of PS3.15 E.3: the columns of Table E.1-1 and the codes of PS3.16 CID 7050."""

from collections.abc import Mapping

OPTIONS: Mapping[str, tuple[str, str]] = {
    "clean_pixel": ("113101", "Clean Pixel Data Option"),
    "clean_graph": ("113103", "Clean Graphics Option"),
    "clean_struct_cont": ("113104", "Clean Structured Content Option"),
    "clean_desc": ("113105", "Clean Descriptors Option"),
    "rtn_long_full_dates": (
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    ),
    "rtn_long_modif_dates": (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    "rtn_pat_chars": ("113108", "Retain Patient Characteristics Option"),
    "rtn_dev_id": ("113109", "Retain Device Identity Option"),
    "rtn_uids": ("113110", "Retain UIDs Option"),
    "rtn_safe_priv": ("113111", "Retain Safe Private Option"),
    "rtn_inst_id": ("113112", "Retain Institution Identity Option"),
}
UNSUPPORTED_OPTIONS: Mapping[str, str] = {
    "clean_recog": "faces cannot be removed yet (113102): deface the images before they are sent",
}
EXCLUSIVE = frozenset({"rtn_long_full_dates", "rtn_long_modif_dates"})
"""Dates are as they are or moved, not both."""
