"""One module for each benchmark tool; each has an ``ADAPTER`` and is imported only when its format is asked for."""
