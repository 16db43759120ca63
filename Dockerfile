# Airflow, the pipeline and its pages in one image; which of them runs is the command's choice (docker-compose.yml).
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt -c requirements.txt
COPY . .
# read-only at run time: what Python would compile then is compiled now
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e . \
    && /venv/bin/python -m compileall -q /venv pipeline dags b12_airflow tools

FROM python:3.11.13-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp b12 \
    && install -d -o b12 -g b12 -m 0700 /var/lib/b12 /var/lib/airflow /var/log/airflow
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /app
USER 10001:10001
CMD ["b12", "--help"]
