"""Who is told, by what way, and what they do about it: reads notices and the on-call folder, writes steps."""
