"""Keeps the package of this name out of the processes that tests start, as from an installation.

It came with the tool that writes the bill of materials. Where it is installed, jsonschema imports
it, and Airflow and Great Expectations import jsonschema: two seconds of work in every process, for
a grammar of addresses that is not needed here.
"""

raise ImportError(__doc__)
