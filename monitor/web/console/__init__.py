"""The managers' pages: signed in by a mailed link, limited to their own companies."""
