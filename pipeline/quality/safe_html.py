"""HTML of Great Expectations as tags, classes and text: it loads nothing, links nowhere and runs
nothing."""

import re

import nh3

KEPT = {
    "br", "code", "div", "em", "h3", "h4", "li", "ol", "p", "pre", "span", "strong", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
DROPPED = {"button", "iframe", "noscript", "object", "script", "style", "svg"}  # with their content
SIGNS = {"success": "succeeded", "danger": "failed", "warning": "raised an error"}
# An icon of a font that is not loaded; one that is aria-hidden stands beside a word that says it
_ICON = re.compile(r"<i (?![^>]*aria-hidden)[^>]*\btext-(success|danger|warning)\b[^>]*>\s*</i>")
_HEADING = re.compile(r"(</?h)([56])\b")
_HIDDEN_HEADER = re.compile(r"<thead hidden>.*?</thead>", re.DOTALL)


def cleaned(html):
    """HTML that is safe to show. Its headings move beneath that of the suite, its icons become
    words; what is not allowed goes last, so that these changes cannot add anything."""
    html = _HIDDEN_HEADER.sub("", html)
    html = _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) - 2}", html)
    html = _ICON.sub(lambda icon: f'<span class="text-{icon[1]}">{SIGNS[icon[1]]}</span>', html)
    return nh3.clean(
        html, tags=KEPT, clean_content_tags=DROPPED, attributes={"*": {"class"}}, link_rel=None
    )
