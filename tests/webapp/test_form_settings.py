"""What an installation settles about forms: its antivirus, and whose pages may be embedded."""

import io
from pathlib import Path

import pytest

from engine.files.store import FileStore, FileUnsafe
from engine.forms import read_form
from tests.webapp.test_forms import Page
from webapp.forms import ask


def test_the_antivirus_of_the_settings_checks_uploads(tmp_path: Path) -> None:
    from webapp import create_app
    from webapp.config import Settings

    settings = Settings.from_environment(
        {"EXPEDITO_VAR": str(tmp_path), "EXPEDITO_ANTIVIRUS": "grep -qv EICAR", "EXPEDITO_DATABASE_URL": "sqlite://"}
    )  # fmt: skip
    store: FileStore = create_app(settings).extensions["files"]
    assert store.put(io.BytesIO(b"harmless\n"), "a.txt").size == 9
    with pytest.raises(FileUnsafe):
        store.put(io.BytesIO(b"EICAR\n"), "b.txt")


def test_a_page_is_embedded_only_from_hosts_of_the_settings(tmp_path: Path) -> None:
    from webapp import create_app
    from webapp.config import Settings, WrongSetting

    urls = {
        "https://maps.example/lima?z=3": True,
        "https://maps.example:444/": False,
        "http://maps.example/": False,
        "https://maps.example@evil.example/": False,
        "https://evil.example/maps.example": False,
        "/cases": False,
    }
    where = {"EXPEDITO_VAR": str(tmp_path), "EXPEDITO_DATABASE_URL": "sqlite://"}
    source = '{% include "form/form.html" %}'
    for hosts in ("", "maps.example, tiles.example:8443"):
        app = create_app(Settings.from_environment({**where, "EXPEDITO_FRAME_HOSTS": hosts}))
        with app.test_request_context():
            for url, is_trusted in urls.items():
                one = {"type": "iframe", "url": url, "label": "Map", "security": {
                    "allowScripts": True, "allowTopNavigation": True}}  # fmt: skip
                made = read_form({"components": [one]})
                html = app.jinja_env.from_string(source).render(asked=ask(made))
                frames = Page(html).all("iframe")
                assert [frame["sandbox"] for frame in frames] == (
                    ["allow-scripts"] if hosts and is_trusted else []
                )
                assert Page(html).all("a", href=url)
        policy = app.test_client().get("/login").headers["Content-Security-Policy"]
        assert ("frame-src" in policy) == bool(hosts)
        assert not hosts or "frame-src https://maps.example https://tiles.example:8443" in policy
    with pytest.raises(WrongSetting):
        Settings.from_environment({**where, "EXPEDITO_FRAME_HOSTS": "maps.example;script-src"})
