"""Rows in memory: tables, their cells, formats, formulas and contracts, and arrays in a file."""
