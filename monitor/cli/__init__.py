"""The commands of `itaku`, one module each. What they need they import when they run."""
