"""Which counts are too small to be shown, and which others would tell them."""

LEAST = 5  # patients of a count that is shown, but for none at all


def hidden(counts, lines):
    """The keys of counts that are not shown.

    counts: key -> number. lines: (keys of the parts, key of their total). From 1 to LEAST - 1 is
    hidden. Of a line of which something is hidden, further parts are, the smallest first, until
    what is hidden of it is more than one count and together no small number; and the total where
    there are no more parts.
    """
    found = {key for key, number in counts.items() if 0 < number < LEAST}
    is_changed = bool(found)
    while is_changed:
        is_changed = False
        for parts, total in lines:
            while not _is_safe(counts, found, parts=parts, total=total):
                shown = [key for key in (*parts, total) if counts[key] and key not in found]
                if not shown:
                    break
                found.add(min(shown, key=lambda key: (key == total, counts[key], str(key))))
                is_changed = True
    return found


def _is_safe(counts, found, *, parts, total):
    "Whether no hidden count of a line follows from the others"
    missing = [counts[key] for key in parts if key in found]
    if total in found:
        return bool(missing) or not any(counts[key] for key in parts)
    # as each is 1 at least, as many as their sum would all be 1
    return not missing or (len(missing) > 1 and sum(missing) >= max(LEAST, len(missing) + 1))
