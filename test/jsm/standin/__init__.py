"""A stand-in for Jira Cloud and Jira Service Management, for tests and the demonstration. Standard library only."""
