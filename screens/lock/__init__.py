"""The locked desk."""
