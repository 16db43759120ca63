"""Keeps the package of this name out of the processes that tests start, as it is kept out of an installation.

It came with the tool that writes the bill of materials. Where it is installed, jsonschema imports it, and with jsonschema
Airflow and Great Expectations do: a grammar of addresses that nobody asks for, two seconds of work in every process.
"""

raise ImportError(__doc__)
