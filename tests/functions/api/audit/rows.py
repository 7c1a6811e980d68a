"""What the routes of the audit log answer whom."""

from tests.functions.api.matrix.row import Row

OWNERS = Row(owner=200, member=403, collaborator=403, uploader=403, public=403)
ADMINISTRATORS = Row(owner=404, admin=200)

ROWS = {
    "audit_list": OWNERS,
    "audit_export": OWNERS,
    "site_audit_list": ADMINISTRATORS,
    "site_audit_export": ADMINISTRATORS,
}
