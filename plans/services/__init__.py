"""Writes of the plans app. A page, the API and a command call the same functions."""
