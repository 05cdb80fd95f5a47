"""Surface a change, once: reads transitions the engine wrote, claims each and tells people about it."""
