"""The worklist inside Airflow's own pages, for people who are logged in there. The only package
besides `dags/` that imports Airflow."""
