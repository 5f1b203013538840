"""Profile a person's own data and propose a task file for it; imports composition, files, sources and dataset."""
