"""A task file from a person's own data: how it is to be read, what its columns are, and the task that follows."""
