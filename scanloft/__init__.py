"""scanloft: a serverless archive for medical imaging studies."""

__version__ = "0.1.0"
