"""Questions and answers in words and fields, for the parties' form and the managers' pages alike."""
