#!/bin/sh
# What must be there before the services start; each step leaves alone what is there already.
set -eu
install -d -m 0700 "$B12_HOME/landing" "$B12_HOME/landing/canonical"
python -m tools.stack.databases
airflow db migrate
printf '%s\n%s\n' "$AIRFLOW_ADMIN_PASSWORD" "$AIRFLOW_ADMIN_PASSWORD" |
    airflow users create --username admin --role Admin --firstname First --lastname Admin --email admin@localhost
b12 user list | grep -q '^admin ' || printf '%s\n' "$B12_ADMIN_PASSWORD" | b12 user add admin --role admin
