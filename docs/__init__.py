"""The generator of the pages in this folder that repeat what the code says."""
