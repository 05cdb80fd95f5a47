"""The `p2i` command and the whole system on one machine: reads the command line, starts the stages, writes the demo's
truth beside its score."""
