"""Incidents (B19 of the published promises: corrective measures at once; APPI 26): told, reported, put right."""
