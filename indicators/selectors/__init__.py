"""Reads of the indicators app for pages, API and exports. Every one starts from what the person may see."""
