"""From a finished run to what leaves the house."""
