"""The paths of subjects, sessions and scans."""

PROJECT = "/api/projects/<project>"
SUBJECTS = f"{PROJECT}/subjects"
SUBJECT = f"{SUBJECTS}/<subject>"
SESSIONS = f"{PROJECT}/sessions"
SESSION = f"{SESSIONS}/<study>"
SCAN = f"{SESSION}/scans/<series>"
