"""Small invented tables, written where a test can read them."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

ZH_HEADER = "工单编号,来电时间,诉求内容,事发地址,承办单位,办理时限"
ZH_ROW = (
    "990300202611050001,2026-11-05 09:30:00,楼道灯不亮,幸福里3号楼,和平社区,2026-11-10 18:00:00"
)

NYC_HEADER = (
    "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,"
    "Location Type,Incident Zip,Incident Address,Street Name,Intersection Street 1,"
    "Intersection Street 2,Status,Due Date,Resolution Description,Borough,"
    "Open Data Channel Type,Latitude,Longitude"
)
BOSTON_HEADER = (
    "case_enquiry_id,open_dt,target_dt,closed_dt,ontime,case_status,closure_reason,case_title,"
    "subject,reason,type,queue,department,location,neighborhood,location_street_name,"
    "latitude,longitude,source"
)


def zh(folder: Path, *rows: str, header: str = ZH_HEADER) -> Path:
    """A Chinese sheet of these lines."""
    return written(folder, "\n".join((header, *rows)) + "\n")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file of that text; lone surrogates go in as the bytes that some programs write."""
    return raw(folder, text.encode(encoding, "surrogatepass" if "utf" in encoding else "strict"))


def raw(folder: Path, content: bytes, name: str = "orders.csv") -> Path:
    """A file of those bytes."""
    file = folder / name
    file.write_bytes(content)
    return file


def of_fields(folder: Path, header: str, *rows: dict[str, str]) -> Path:
    """A table with that header and in each row only the cells that are named."""
    out = io.StringIO()
    columns: Iterable[str] = header.split(",")
    table = csv.DictWriter(out, fieldnames=list(columns), restval="")
    table.writeheader()
    table.writerows(rows)
    return written(folder, out.getvalue())
