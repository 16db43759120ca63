"""The worklist inside Airflow's own pages, for whoever has logged in there. The only package
besides `dags/` that imports Airflow."""
