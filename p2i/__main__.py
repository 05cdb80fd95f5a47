"""`python -m p2i` is the `p2i` command."""

import sys

from p2i.cli import main

sys.exit(main())
