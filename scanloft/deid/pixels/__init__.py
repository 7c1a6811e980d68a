"""Burned-in text: which regions of which devices' images are blanked, and the blanking itself."""
