"""Joint use as published: the register's five items, what is missing of them, and what has to follow a change."""
