"""Charts, the report page and the table of scores; imports evaluation, model_file and prepared."""
