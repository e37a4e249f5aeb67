"""Where the files are that ship beside the code: templates, questionnaires, examples, the commented configuration.

In a checkout they lie at the top, where their readers look for them; in an installed wheel, below this package.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE / "assets" if (_HERE / "assets").is_dir() else _HERE.parent

TEMPLATES = _ROOT / "templates"
QUESTIONNAIRES = _ROOT / "questionnaires"
CLAIMS = QUESTIONNAIRES / "observed" / "claims.toml"
EXAMPLES = _ROOT / "examples"
CONFIG = _ROOT / "config.toml"
