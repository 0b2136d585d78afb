"""The application that speaks `/api/v1`: what APIFlask adds, and marshmallow and pydantic with it, is for machines."""

from apiflask import APIFlask

from webapp.transactions import Transactional


class Speaking(Transactional, APIFlask):
    """One transaction per request, schemas for what goes in and out, and their description."""
