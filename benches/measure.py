"""A core of our own and real-time scheduling, where allowed: measure.c for Python. And what is said of many figures."""

import os
import statistics


def settle():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        pass


def spread(values):
    return {"minimum": min(values), "median": statistics.median(values), "maximum": max(values)}
