"""What people read of an alert, in French and English: reads labels, annotations and figures, writes texts. Pure."""
