"""Whom a party lets work below it: what it asks for, what it names, and what it turns out to have done."""
