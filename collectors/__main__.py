"""`python -m collectors` is `p2i collect`."""

import sys

from collectors.command import main

sys.exit(main(sys.argv[1:]))
