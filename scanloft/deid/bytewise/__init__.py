"""The quick way: headers as bytes, walked once or recognised."""
