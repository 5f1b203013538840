"""What the pages of docs/lessons show: tables and pictures of small fits; imports tuning and what lies below."""
