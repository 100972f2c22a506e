"""Writes of the indicators app. A page, the API, an upload and a command call the same functions."""
