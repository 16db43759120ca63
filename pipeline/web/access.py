"""The current user, and the check of the role."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from pipeline.worklist import Actor


class NotLoggedIn(Exception):
    """No login; the reader is led to the login page."""


def identity():
    """A placeholder for the dependency that identifies the user; `create_app` replaces it."""
    raise NotLoggedIn


def needs(role):
    """A dependency: the actor, who must have this role or one above it; else 403."""

    def allowed(request: Request, actor: Annotated[Actor, Depends(identity)]):
        request.state.actor = actor
        request.state.store = request.app.state.store.seen_by(actor)
        if not actor.may(role):
            raise HTTPException(
                403,
                f"This page needs the role {role}; {actor.name} has the role {actor.role}. Ask an"
                " administrator.",
            )
        return actor

    return Depends(allowed)


def store_of(request):
    """The worklist store as the reader of this request may see it. Pages that show patients ask no
    other."""
    return request.state.store


Operator = Annotated[Actor, needs("operator")]
Viewer = Annotated[Actor, needs("viewer")]
Coordinator = Annotated[Actor, needs("coordinator")]
Steward = Annotated[Actor, needs("steward")]
Admin = Annotated[Actor, needs("admin")]
