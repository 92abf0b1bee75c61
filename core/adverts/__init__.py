"""What adverts and lists put beside a title, and what is left out before it is read."""
