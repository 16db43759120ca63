"""The records of a CSV file, judged by its header before DuckDB reads them: what fits, what is
ragged, and on which line each stands."""
