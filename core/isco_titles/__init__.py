"""The titles of the groups of ISCO-08 in other languages than English."""
