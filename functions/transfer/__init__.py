"""Moving sessions to other projects: copied whole, then hidden where they were."""
