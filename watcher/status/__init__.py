"""The status of the daemon, for people, monitoring and other daemons."""
