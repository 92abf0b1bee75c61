"""The daemon: watches the inbox, processes files, publishes results, trains at night."""
