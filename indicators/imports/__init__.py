"""What is worked out about an imported document before it is stored: readings, matches, proposals, differences.

Pure data in, pure data out; `child` is the process in which a document is opened.
"""
