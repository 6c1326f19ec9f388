"""The pages people use: server-rendered, one door to the record."""
