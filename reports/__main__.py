"""`python -m reports` is `p2i statement`."""

import sys

from reports.command import main

sys.exit(main(sys.argv[1:]))
