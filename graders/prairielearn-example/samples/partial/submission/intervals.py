def merge(intervals):
    """Does not sort, and takes the end of the last interval for that of all."""
    merged = []
    for low, high in intervals:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged
