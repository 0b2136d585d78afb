"""Text that every database, JSON and mail can hold."""


def sound(text: str) -> str:
    """The text without control characters, which PostgreSQL and mails refuse, “?” for half a surrogate pair."""
    plain = text.encode("utf-8", "replace").decode()
    return "".join(sign for sign in plain if sign >= " " or sign in "\t\n\r")
