"""What the demo needs and a production daemon never loads: stand-ins for the world outside."""
