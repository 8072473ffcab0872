"""mosquitto_pub and mosquitto_rr over hand-made credentials. See ../README.md.

The password goes through the tools' option file: an argument would show it to everybody on the machine.
"""

import hashlib
import hmac
import os
import re
import subprocess
import sys

REFUSED = 3
ENVIRONMENT = os.environ
PAIR = "deviceName%(DEVICE_NAME)sproductKey%(PRODUCT_KEY)s" % ENVIRONMENT
TOPIC = "/%(PRODUCT_KEY)s/%(DEVICE_NAME)s/user/get" % ENVIRONMENT


def sign(secret, content):
    return hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()


def options(tool, client_id, password, tls):
    lines = ["-h " + ENVIRONMENT["HOST"], "-p " + ENVIRONMENT["TLS_PORT" if tls else "PLAIN_PORT"]]
    lines += ["-i " + client_id, "-u %(DEVICE_NAME)s&%(PRODUCT_KEY)s" % ENVIRONMENT, "-P " + password, "-V mqttv311"]
    lines += ["--cafile " + ENVIRONMENT["CA"]] if tls else []
    with open(os.path.join(ENVIRONMENT["XDG_CONFIG_HOME"], tool), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def start(tool, *arguments):
    return subprocess.Popen([tool, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end_if_refused(output):
    found = re.search(r"Connection Refused: ([^.\n]*)|CONNACK \((\d)\)", output)
    if found:
        words = {"bad user name or password": 4, "not authorised": 5, "identifier rejected": 2, "broker unavailable": 3}
        print("refused", found[2] or words.get(found[1], found[1]))
        sys.exit(REFUSED)


def talk(client_id, password, tls):
    """One device cannot be signed in twice: mosquitto_rr subscribes, publishes and receives in one session."""
    options("mosquitto_rr", client_id, password, tls)
    run = start("mosquitto_rr", "-t", TOPIC, "-e", TOPIC, "-m", "hello from mosquitto", "-q", "1", "-W", "40")
    output, _ = run.communicate()
    end_if_refused(output)
    return 0 if run.returncode == 0 and output.strip() == "hello from mosquitto" else 1


def sign_in(secret, tls):
    client_id = "mosquitto|securemode=%d,signmethod=hmacsha256,timestamp=7|" % (2 if tls else 3)
    password = sign(secret, "clientIdmosquitto%stimestamp7" % PAIR)
    options("mosquitto_pub", client_id, password, tls)
    published = start("mosquitto_pub", "-t", TOPIC, "-m", "one", "-q", "1")
    output, _ = published.communicate()
    end_if_refused(output)
    if published.returncode != 0:
        print(output)
        return 1
    return talk(client_id, password, tls)


def main():
    operation, secret = sys.argv[1], sys.stdin.read()
    os.umask(0o077)
    if operation in ("sign-in-tls", "sign-in-plain"):
        return sign_in(secret, operation == "sign-in-tls")
    return 1


sys.exit(main())
