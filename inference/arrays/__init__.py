"""The numbers of a model as they lie on the disk, and as they are unpacked."""
