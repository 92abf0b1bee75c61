"""The HTTP server: codes, groups and their titles for interview forms and other programs."""
