"""Files in the wild become canonical rows, each with its origin (file hash, row number)."""
