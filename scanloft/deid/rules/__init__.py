"""What happens to which attribute: Table E.1-1, private elements, and what no table lists."""
