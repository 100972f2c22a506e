"""Large tables of our own columns, judged and stored as columns.

What is taken here is what nobody needs to be told about: a plain number of a known indicator and region, reported by staff
of that region in an open or past quarter, within its bounds, not odd beside the figures around it, and new or as it was.
Every other row is judged and stored one by one (`upload_preview`, `figures`), by the same rules.
"""
