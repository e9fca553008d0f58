"""The command line: `ringback serve`, `demo`, `call` and `check`. Flags in, exit codes out; what is done is elsewhere.

`main()` is the entry point. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or settings. What is meant for
programs goes to stdout, what is meant for people to stderr.
"""

from ringback.cli.app import main

__all__ = ["main"]
