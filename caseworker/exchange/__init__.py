"""Spreadsheets in and out: other people's tables to work orders, and back."""
