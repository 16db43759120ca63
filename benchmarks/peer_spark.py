"""The cohorts of the card in Spark, on all cores of this machine."""

import json
import sys
from datetime import date
from pathlib import Path

from pyspark.sql import SparkSession


def cohorts(question):
    """Patients by cohort, of a question as benchmarks/peers.py writes it."""
    builder = SparkSession.builder.master("local[*]").appName("cohorts")
    spark = builder.config("spark.ui.enabled", "false").getOrCreate()
    for table, files in question["files"].items():
        spark.read.parquet(*files).createOrReplaceTempView(table)
    days = [tuple(date.fromisoformat(day) for day in question["days"])]
    spark.createDataFrame(days, "as_of date, recent_from date").createOrReplaceTempView("asked")
    meanings = spark.createDataFrame(question["meanings"], "concept string, class string")
    meanings.createOrReplaceTempView("meaning")
    sql = Path(__file__).with_name("cohorts.sql").read_text(encoding="utf-8")
    [row] = spark.sql(sql).collect()
    end(spark)
    return row.asDict()


def end(spark):
    """End Spark and wait for its Java process, whose cost counts as this one's."""
    gateway = spark.sparkContext._gateway
    spark.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


if __name__ == "__main__":
    print(json.dumps(cohorts(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
