"""A page of Great Expectations without what it loads and runs: its sections, as tags and classes
and text."""

from html import escape
from html.parser import HTMLParser

KEPT = {
    "div",
    "span",
    "p",
    "strong",
    "em",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
RENAMED = {"h5": "h3", "h6": "h4"}  # beneath the heading of the suite
DROPPED = {
    "script",
    "style",
    "svg",
    "button",
    "iframe",
    "object",
    "noscript",
}  # with all that they hold
VOID = {"br", "img", "input", "link", "meta", "hr", "source", "wbr"}
SIGNS = {
    "text-success": "succeeded",
    "text-danger": "failed",
    "text-warning": "raised an error",
}  # in place of an icon font


def sections_of(page):
    """The sections of a page of Data Docs as HTML that loads nothing, links nowhere and runs
    nothing."""
    cleaner = _Cleaner()
    cleaner.feed(page)
    cleaner.close()
    return "".join(cleaner.written)


class _Cleaner(HTMLParser):
    """Writes what stands within the outermost `ge-section`; `within` are the open tags there,
    `dropping` how deep in something dropped"""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.written, self.within, self.dropping = [], [], 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        classes = given.get("class") or ""
        if not self.within and "ge-section" not in classes.split():
            return
        if tag in VOID:
            self._write("<br>" if tag == "br" else "")
            return
        self.within.append((tag, self.dropping))
        if (
            self.dropping
            or tag in DROPPED
            or "hidden" in given
            or "collapse" in (*classes.split(), given.get("data-toggle"))
        ):
            self.dropping += 1
        elif (
            tag == "i" and "aria-hidden" not in given
        ):  # those hidden stand beside a word that says the same
            self._write(
                "".join(
                    f'<span class="{name}">{sign}</span>'
                    for name, sign in SIGNS.items()
                    if name in classes.split()
                )
            )
        elif name := self._name(tag):
            self._write(f'<{name} class="{escape(classes)}">' if classes else f"<{name}>")

    def handle_endtag(self, tag):
        if tag not in [open_tag for open_tag, _ in self.within]:
            return
        while self.within:
            closed, before = self.within.pop()
            name = self._name(closed)
            if name and not self.dropping:
                self.written.append(f"</{name}>")
            self.dropping = before
            if closed == tag:
                return

    def handle_data(self, data):
        if self.within:
            self._write(escape(data))

    def _name(self, tag):
        return RENAMED.get(tag, tag if tag in KEPT else None)

    def _write(self, text):
        if not self.dropping:
            self.written.append(text)
