"""The tables that the program writes: their columns, and how one that comes back is recognised."""
