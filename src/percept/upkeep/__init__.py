"""Whether a clone is in order, what killed runs left, runs that wait, old experiments; imports params, paths."""
