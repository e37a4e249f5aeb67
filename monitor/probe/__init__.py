"""The only door to the outside world: HTTP, TLS and DNS under a deadline, an address guard, limits and politeness.

`Probe(ProbeSettings(...))` is an async context manager, one for the process; checks are handed it, or `probe.visit()`
where several of them look at one endpoint at once. What it brings back is written in the words of `checks.answers`.
"""

from monitor.probe.door import Probe
from monitor.probe.guard import Guard
from monitor.probe.settings import Override, ProbeSettings, resolver_at
from monitor.probe.visit import Visit
from monitor.target import BadUrl, Target, read_target

__all__ = ["BadUrl", "Guard", "Override", "Probe", "ProbeSettings", "Target", "Visit", "read_target", "resolver_at"]
