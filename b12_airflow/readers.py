"""Who reads the pages inside Airflow: its user, in the role that the user's rights there give."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import HTTPException

from pipeline.worklist import Actor

DAG = DagDetails(id="screen_population")


def reader(user: GetUserDep) -> Actor:
    """Airflow's user as a reader of the worklist. Raises 403 for whoever may not even see the DAG of the screening.

    Who may see that DAG is a viewer, who may change it a coordinator, who may change Airflow's connections (an operator or an
    administrator) a steward.
    """
    manager = get_auth_manager()
    if not manager.is_authorized_dag(method="GET", details=DAG, user=user):
        raise HTTPException(403, "Airflow does not let you see the DAG screen_population, whose worklist this is.")
    if manager.is_authorized_connection(method="PUT", user=user):
        return Actor(user.get_name(), "steward")
    return Actor(user.get_name(), "coordinator" if manager.is_authorized_dag(method="PUT", details=DAG, user=user) else "viewer")
