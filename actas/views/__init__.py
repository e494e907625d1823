"""The pages of the actas, one module a page."""
