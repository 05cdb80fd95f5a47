"""`python -m dashboards` is `p2i board`."""

import sys

from dashboards.command import main

sys.exit(main(sys.argv[1:]))
