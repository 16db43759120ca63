"""Writes the review kit of a pack into a folder."""

from pipeline.core import replacing
from pipeline.review.kit import as_html, kit_of


def write_kit(pack, folder, made_on):
    """Write `review-<pack>-<version>.html` and `.pdf`; returns both paths. Files of an earlier kit
    are replaced: a kit holds no answers.

    made_on: the day, a date. Raises OSError.
    """
    from pipeline.review.paper import write_pdf  # its library takes a third of a second to load

    kit = kit_of(pack, made_on)
    folder.mkdir(parents=True, exist_ok=True)
    page, paper = folder / f"{kit.name}.html", folder / f"{kit.name}.pdf"
    with replacing(page) as part:
        part.write_text(as_html(kit), encoding="utf-8")
    with replacing(paper) as part:
        write_pdf(kit, part)
    return page, paper
