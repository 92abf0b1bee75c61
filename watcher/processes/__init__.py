"""The child processes of the daemon: the worker, the nightly training, the explanations."""
