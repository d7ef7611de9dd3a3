def merge(intervals):
    """From the first beginning to the last end."""
    return [(min(low for low, _ in intervals), max(high for _, high in intervals) + 1)]
