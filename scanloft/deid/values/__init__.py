"""What becomes of values: pseudonyms, dates, texts, dummies, and how they are written."""
