"""Readers and writers of files: every one gives pictures as they are stored and says what the file tells of them."""
