"""Downloads: single instances, manifests, exports."""
