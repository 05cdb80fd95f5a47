"""Score: reads readings and promises, writes verdicts, credits and state transitions. The arithmetic is pure and exact."""
