"""Rows in memory: tables, cells, formats, formulas, contracts, arrays; imports params and errors."""
