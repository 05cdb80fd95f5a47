"""Surface a change, once: reads transitions the engine wrote, tells people about each and writes that it did."""
