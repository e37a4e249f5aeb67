"""config.toml -> frozen settings. Knows no plug-in.

Order: environment (`ITAKU_MAIL__HOST`) over the file over the default. Secrets come from files or the environment and
never from the file itself. Paths are relative to the folder of the file; what the product writes lies in `data/` there.
"""

from __future__ import annotations

from monitor.config.environment import SECTIONS
from monitor.config.loading import load
from monitor.config.sections import Cadence, Mail, Rungs, Section, Web
from monitor.config.settings import Settings, check_files

__all__ = ["SECTIONS", "Cadence", "Mail", "Rungs", "Section", "Settings", "Web", "check_files", "load"]
