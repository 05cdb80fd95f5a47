"""`python -m alerting` is `p2i alert`."""

import sys

from alerting.command import main

sys.exit(main(sys.argv[1:]))
