"""Reading zip and tar files within bounds, whatever they hold."""
