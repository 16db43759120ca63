"""What `make docs-site` does beside MkDocs: links to files of the repository, and the decisions in
the navigation."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_config(config):
    """Lists every decision, by its number."""
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    config.nav.append({"Decisions": [f"decisions/{path.name}" for path in decisions]})
    return config


def on_page_markdown(markdown, page, config, files):
    """A link to a file outside docs/ becomes the file's name: the site holds no code. A file that
    is missing stays a broken link."""
    folder = Path(config.docs_dir) / Path(page.file.src_uri).parent

    def named(match):
        target = (folder / match[2]).resolve()
        if target.is_relative_to(config.docs_dir) or not target.exists():
            return match[0]
        return f"{match[1]} (`{target.relative_to(ROOT)}`)" if "`" not in match[1] else match[1]

    return LINK.sub(named, markdown)
