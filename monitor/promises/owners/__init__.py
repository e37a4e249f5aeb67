"""What the owners of personal data ask for (A8, B20, B21, B23 of the published promises; APPI 32-39)."""
