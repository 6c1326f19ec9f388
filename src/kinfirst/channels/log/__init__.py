"""The embedded default: a page is a line in the log of whoever runs the program."""
