"""Papers and pictures: what is printed for a person, and what a person photographed. No Django, no record."""
