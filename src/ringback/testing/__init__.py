"""What users test their call flows with, and we ours: the same interpreter on a call in virtual time.

Public names (module in brackets):
- `VirtualClock`, `run_in_virtual_time` [clock]: time that a test turns.
"""

from ringback.testing.clock import NothingWillHappen, VirtualClock, run_in_virtual_time

__all__ = ["NothingWillHappen", "VirtualClock", "run_in_virtual_time"]
