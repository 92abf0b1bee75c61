"""Commands of the office that are run when something happens."""
