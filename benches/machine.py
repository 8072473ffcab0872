"""What was measured on. machine.py <version of cc> <version of rustc>"""

import datetime
import json
import os
import platform
import sys


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    print(json.dumps({
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "cc": sys.argv[1],
        "rustc": sys.argv[2],
    }, indent=1))
