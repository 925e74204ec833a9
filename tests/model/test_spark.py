import datetime
import json
import os
import re
import shutil
import sys

import lookup
import pytest

from ie.arrow import document_of, schema
from ie.engines import spark as engine
from ie.errors import InputError, UsageError
from ie.extractor import Extractor

pytest.importorskip("pyspark", reason="pyspark is not installed")
pytest.importorskip("pyarrow", reason="pyarrow is not installed")
needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="there is no java to run Spark")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return lookup.make(tmp_path_factory.mktemp("spark"))


@pytest.fixture(scope="module")
def expected(model):
    extractor = Extractor.from_pretrained(model, threads=1)
    found = [document.to_record() for document in extractor.extract_batch(lookup.documents(0, 300))]
    assert sum(len(record["entities"]) for record in found) > 300
    return found


@pytest.fixture(scope="module")
def session():
    """Spark in two threads of this machine, with a Python worker each, on loopback alone."""
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    found = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "40")
        .getOrCreate()
    )
    found.sparkContext.setLogLevel("ERROR")
    yield found
    process = found.sparkContext._gateway.proc
    found.stop()
    process.stdin.close()  # the JVM ends with it
    process.wait(timeout=60)


def records(rows):
    return [document_of(row.asDict(recursive=True)).to_record() for row in rows]


@needs_java
def test_the_columns_of_spark_are_those_of_arrow(session):
    from pyspark.sql.pandas.types import from_arrow_schema

    frame = session.createDataFrame([], engine.SPARK_SCHEMA)
    assert frame.schema.simpleString() == from_arrow_schema(schema()).simpleString()


@needs_java
def test_rows_of_spark_give_the_records_of_the_extractor(session, model, expected):
    rows = [lookup.record(i) for i in range(300)]
    frame = session.createDataFrame(rows, "id STRING, text STRING, date STRING").repartition(4)
    function = engine.extract_in_arrow(str(model))
    found = frame.mapInArrow(function, engine.SPARK_SCHEMA).collect()
    assert sorted(records(found), key=lambda r: int(r["id"][1:])) == expected
    assert {row["error"] for row in found} == {None}


@needs_java
def test_rows_that_fail_and_further_columns_come_through(session, model):
    day = datetime.date(2016, 11, 7)
    frame = session.createDataFrame(
        [(1, "банк вчера", day, "u1"), (2, None, day, "u2")], "id INT, text STRING, date DATE, url STRING"
    )
    function = engine.extract_in_arrow(str(model))
    first, second = sorted(frame.mapInArrow(function, engine.SPARK_SCHEMA + ", url STRING").collect())
    assert [entity["text"] for entity in first["entities"]] == ["банк", "вчера"]
    assert json.loads(first["entities"][1]["value"])["start"] == "2016-11-06"
    assert (first["date"], first["url"], first["error"]) == (day, "u1", None)
    assert (second["error"], second["url"]) == ("Field 'text' is missing.", "u2")


@needs_java
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_the_job_reads_and_writes_files(session, model, expected, tmp_path, kind):
    source, target = tmp_path / f"in.{kind}", tmp_path / "out.parquet"
    if kind == "jsonl":
        source.write_bytes(lookup.lines(0, 300))
    else:
        session.createDataFrame([lookup.record(i) for i in range(300)]).write.parquet(str(source))
    engine.main([str(source), str(target), str(model)])
    found = records(session.read.parquet(str(target)).collect())
    assert sorted(found, key=lambda r: int(r["id"][1:])) == expected


@needs_java
@pytest.mark.usefixtures("session")
def test_a_source_without_texts_is_named(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"body": "банк"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"in\.jsonl: There is no column 'text' among body\."):
        engine.run_spark(str(tmp_path / "in.jsonl"), str(tmp_path / "out"))


@needs_java
@pytest.mark.usefixtures("session")
def test_paths_that_spark_refuses_are_one_line(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "банк"}\n', encoding="utf-8")
    for source, target, path in (("no.jsonl", "out", "no.jsonl"), ("in.jsonl", "", "")):
        with pytest.raises(InputError, match=re.escape(f"file:{tmp_path / path}")) as caught:
            engine.run_spark(str(tmp_path / source), str(tmp_path / target))
        assert "\n" not in str(caught.value)


def test_the_job_says_how_it_is_used():
    with pytest.raises(UsageError, match="INPUT OUTPUT"):
        engine.main(["one"])


def test_a_worker_loads_a_model_once(model):
    import pyarrow as pa

    batch = pa.RecordBatch.from_pydict({"text": ["банк"]})
    list(engine.extract_in_arrow(str(model))([batch]))
    before = engine._extractor.cache_info()
    list(engine.extract_in_arrow(str(model))([batch]))
    after = engine._extractor.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
