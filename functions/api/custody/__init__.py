"""Who became whom: the owner's way to the pseudonyms table, in a function of its own."""
