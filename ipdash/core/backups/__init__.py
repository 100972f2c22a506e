"""What a backup is made of: the file with its manifest, and the copy of the database of either kind. No models, no apps."""
