"""The user of the pages inside Airflow, with the role and the sites that Airflow's roles name."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import HTTPException

from pipeline.worklist import OF_ALL_SITES, ROLES, Actor

DAG = DagDetails(id="screen_population")
SIMPLE = {
    "viewer": "viewer",
    "user": "coordinator",
    "op": "steward",
    "admin": "admin",
}  # the simple manager has these four and no more
FAB = {
    "Viewer": "viewer",
    "User": "coordinator",
    "Op": "operator",
    "Admin": "admin",
    **{f"B12 {role}": role for role in ROLES},
}
OF_A_SITE = "B12 site "  # begins the name of a role that limits a user to this site; "-": to none


def reader(user: GetUserDep) -> Actor:
    """Airflow's user as a reader of the worklist. Raises 403 for users who may not see the DAG
    of the screening, or has no role here.

    With the simple manager by its four roles, with FAB by the names of the user's, the highest of
    those that FAB names above; with another manager by rights: who may change the DAG is a
    coordinator, who may only see it a viewer.
    """
    if not get_auth_manager().is_authorized_dag(method="GET", details=DAG, user=user):
        raise HTTPException(
            403,
            "These pages need permission to see the DAG screen_population. Ask an administrator.",
        )
    if role := role_of(user):
        return Actor(user.get_name(), role, None if role in OF_ALL_SITES else sites_of(user))
    raise HTTPException(
        403,
        "None of your Airflow roles gives access to the worklist. Ask an administrator for a role"
        " that begins with B12.",
    )


def sites_of(user):
    """The sites of the roles `B12 site NAME` of a user, "" for the name `-`; None without such a
    role: of every site."""
    names = [role.name for role in getattr(user, "roles", ())]
    sites = [name.removeprefix(OF_A_SITE).strip() for name in names if name.startswith(OF_A_SITE)]
    return tuple("" if site == "-" else site for site in sorted(sites)) or None


def role_of(user):
    """The role of the pages that a user of Airflow has, or None."""
    if hasattr(user, "roles"):
        return max(
            (FAB[role.name] for role in user.roles if role.name in FAB),
            key=ROLES.index,
            default=None,
        )
    if hasattr(user, "role"):
        return SIMPLE.get(str(user.role).lower())
    return (
        "coordinator"
        if get_auth_manager().is_authorized_dag(method="PUT", details=DAG, user=user)
        else "viewer"
    )
