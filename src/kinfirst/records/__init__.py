"""The record: the only writer of cases. What it keeps cannot be edited, and can be checked by a stranger."""
