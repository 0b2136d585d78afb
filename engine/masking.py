"""Personal data as it is shown to those who do not need it: enough to tell two apart, too little to know who it is."""


def masked_name(name: str) -> str:
    """“Rosa Quispe Mamani” becomes “R. Q. M.”"""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum())


def masked_document(document: str) -> str:
    """“40123456” becomes “••••••56”."""
    return (
        "•" * max(len(document) - 2, 0) + document[-2:]
        if len(document) > 4
        else "•" * len(document)
    )


def masked_email(email: str) -> str:
    """“rosa@example.com” becomes “r•••@example.com”."""
    name, at, host = email.rpartition("@")
    return f"{name[:1]}•••{at}{host}" if at else "•••"
