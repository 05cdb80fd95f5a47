"""`python -m sla_engine` is the same process as `p2i engine`."""

import sys

from sla_engine.command import main

sys.exit(main(sys.argv[1:]))
