"""Which labels of the training texts are doubtful, and why."""
