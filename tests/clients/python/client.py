"""The vendor's SDK for Python, as its users use it. See ../README.md."""

import logging
import os
import re
import sys
import threading

from linkkit import linkkit

PATIENCE = 50
REFUSED = 3
DONE = threading.Event()
OUTCOME = []


def end(code, text=""):
    OUTCOME.append((code, text))
    DONE.set()


class Connack(logging.Handler):
    """The SDK tries again for ever and tells nobody; the code of the CONNACK is in its log alone."""

    def emit(self, record):
        found = re.search(r"Received CONNACK \(\d, (\d)\)", record.getMessage())
        if found and found[1] != "0":
            end(REFUSED, found[1])


def device(**more):
    environment = os.environ
    made = linkkit.LinkKit(
        host_name=environment["REGION"],
        product_key=environment["PRODUCT_KEY"],
        device_name=environment["DEVICE_NAME"],
        **{"device_secret": "", **more},
    )
    made.enable_logger(logging.DEBUG)
    return made


def configure(made, tls=True):
    with open(os.environ["CA"], encoding="ascii") as ca:
        made.config_mqtt(
            endpoint=os.environ["HOST"],
            port=int(os.environ["TLS_PORT" if tls else "PLAIN_PORT"]),
            secure="TLS" if tls else "",
            cadata=ca.read(),
        )


def sign_in(made, tls=True):
    topic = "/%(PRODUCT_KEY)s/%(DEVICE_NAME)s/user/get" % os.environ
    configure(made, tls)
    made.on_connect = lambda session, rc, data: made.subscribe_topic(topic) if rc == 0 else None
    made.on_subscribe_topic = lambda mid, granted, data: made.publish_topic(topic, "hello from Python")
    made.on_topic_message = lambda got, payload, qos, data: end(0 if payload == b"hello from Python" else 1)
    made.connect_async()


def keep(secret):
    with open(os.open(os.environ["ISSUED"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(secret)


def registered(rc, value, _data):
    if rc == 0:
        keep(value)
    end(0 if rc == 0 else REFUSED, "" if rc == 0 else str(value))


def register_unknown(secret):
    made = device(product_secret=secret, auth_type="regnwl")
    configure(made)

    def reply(rc, client_id, username, password):
        if rc == 0:
            signs_in = device(client_id=client_id, username=username, password=password)
            sign_in(signs_in)
        else:
            end(REFUSED)

    made.on_device_dynamic_register_nwl_reply = reply
    made.connect_async()


def main():
    operation, secret = sys.argv[1], sys.stdin.read()
    logging.getLogger().addHandler(Connack())
    if operation.startswith("sign-in"):
        sign_in(device(device_secret=secret), tls=operation == "sign-in-tls")
    elif operation == "register-unknown":
        register_unknown(secret)
    else:
        more = {"auth_type": "register"} if operation == "register-mqtt" else {}
        made = device(product_secret=secret, **more)
        made.on_device_dynamic_register = registered
        configure(made)
        made.connect_async()
    DONE.wait(PATIENCE)
    code, text = OUTCOME[0] if OUTCOME else (1, "nothing happened")
    if code == REFUSED:
        print("refused", text)
    elif code:
        print("failed", text)
    sys.stdout.flush()
    # The SDK's threads never end by themselves.
    os._exit(code)


main()
