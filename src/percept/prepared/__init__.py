"""What lies in data/prepared: spec, examples, quality, raw inputs; imports dataset and objective."""
