"""What other classifications and scales say of a group of ISCO-08."""
