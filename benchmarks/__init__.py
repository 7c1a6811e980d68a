"""Speed and cost of the archive, measured side by side with its peers and its bars."""
