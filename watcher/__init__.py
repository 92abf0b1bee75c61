"""Files in, files out, for ever."""
