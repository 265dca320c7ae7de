"""The times in Pune at which the daily brief is due."""

from datetime import time

TIMES = (time(8, 30), time(18, 0))
