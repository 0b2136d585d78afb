"""Markdown and HTML of forms become HTML that only shows: no scripts, styles, forms, images from elsewhere."""

import mistune
import nh3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "mark", "ol", "p", "pre", "s", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "lang"},
    "abbr": {"title"},
    "ol": {"start"},
    "p": {"lang"},
    "span": {"lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}

_markdown = mistune.create_markdown(escape=True, plugins=["table", "strikethrough", "url"])
MAX_MARKDOWN = 20_000  # characters; longer texts are shown as they are written


def from_markdown(text: str) -> str:
    """The text as safe HTML; HTML written in it is shown as text."""
    if len(text) > MAX_MARKDOWN:
        return sanitised(f"<pre>{nh3.clean_text(text)}</pre>")
    try:
        made = _markdown(text)
    except RecursionError:  # quotes within quotes within quotes …
        made = f"<pre>{nh3.clean_text(text)}</pre>"
    # a page has one h1, and it is not in the form
    return sanitised(str(made).replace("<h1>", "<h2>").replace("</h1>", "</h2>"))


def sanitised(html: str) -> str:
    """The HTML with only what shows; links open without telling where from."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "template", "noscript", "iframe"},
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def safe_url(text: str) -> str:
    """The address when a link may lead there (http, https, or a page of ours); else empty."""
    text = text.strip()
    if len(text) > 2_000 or any(letter.isspace() or not letter.isprintable() for letter in text):
        return ""
    if text.lower().startswith(("https://", "http://")):
        return text
    # "//host" and "/\host" are other sites to a browser
    return text if text.startswith("/") and text[1:2] not in ("/", "\\") else ""
