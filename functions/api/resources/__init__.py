"""Resources: labelled collections of any files, of projects, subjects, sessions and scans."""
