"""Unpacking: a zip or tar of the inbox becomes the raw objects that it holds."""
