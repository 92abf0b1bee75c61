"""How results become visible, and where inputs go afterwards."""
