"""Score: reads readings and promises, writes verdicts, credits and transitions. The arithmetic is pure and exact."""
