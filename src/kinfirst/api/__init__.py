"""The JSON API, version 1: every command and every reading, under the same rules as the pages."""
