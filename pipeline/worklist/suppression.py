"""Which counts are too small to be shown, and which others would tell them."""

LEAST = 5  # patients of a count that is shown, but for none at all


def hidden(counts, lines, parts_of=None):
    """The keys of counts that are not shown.

    counts: key -> number. lines: (keys of the parts, key of their total). parts_of: key -> the keys
    of counts that are no larger, and are hidden where it is: they would say how small it is.

    From 1 to LEAST - 1 is hidden. Of a line of which something is hidden, further parts are, the
    smallest first, until what is hidden of it is more than one count and together no small number;
    and the total where there are no more parts.
    """
    found = {key for key, number in counts.items() if 0 < number < LEAST}
    is_changed = bool(found)
    while is_changed:
        bounds = {
            part for whole, parts in (parts_of or {}).items() if whole in found for part in parts
        }
        more = {key for key in bounds - found if counts[key]}
        is_changed = bool(more)
        found |= more
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
