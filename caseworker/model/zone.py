"""The hotline's own zone; apart from the clock, since zones take longer to import than to ask."""

from zoneinfo import ZoneInfo

HOTLINE_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of imported times that carry none, unless the column map says otherwise."""
