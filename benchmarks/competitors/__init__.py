"""One function for each way to train the recipe of params.yaml on data/prepared, timed from within.

Each takes a `Job` and gives a `Fitted`; what it imports, it imports before its clock starts.
"""
