"""What a report says of a batch beyond its counts: the verdict, and the weighted shares."""
