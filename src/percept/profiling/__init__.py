"""A person's own data to a task file; imports composition, files, sources and dataset."""
