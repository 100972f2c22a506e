"""What every API resource has in common: exact numbers, strict fields, filters, views, and its description."""
