"""The harness: runs the corpus through implementations, judges what they answer, and reports it."""
