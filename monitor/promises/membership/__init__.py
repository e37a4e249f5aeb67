"""Who belongs to the group, and what follows when that changes: worked out first, shown, and then done as one."""
