"""Which columns of a table hold job titles and duties."""
