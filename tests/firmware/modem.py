"""The modem at the firmware's UART: opens TLS connections for it, and passes on what it says.

The frames are those of c_examples/firmware/modem.h. Every host is reached at 127.0.0.1, its port
at the one that the local platform chose; the certificate must name the host that was asked for.
"""

import select
import socket
import ssl
import time

FRAME = 2
OPEN, NO_HOST, REFUSED, TIMED_OUT, CERTIFICATE, HOST_NAME, TLS = range(7)
SECONDS = 10
DATA_MAX = 255
HOSTNAME_MISMATCH = 62  # of OpenSSL's X509_V_ERR_...


class Modem:
    def __init__(self, process, say, ports, ca, cut_after=None):
        self.process = process
        self.say = say
        self.ports = ports
        self.ca = ca
        self.cut_after = cut_after  # breaks each connection after so many bytes of the platform's
        self.connection = None
        self.pending = b""
        self.text = b""

    def run(self, seconds):
        """Serves until the firmware ends; None if it does not in time."""
        deadline = time.monotonic() + seconds
        uart = self.process.stdout
        while time.monotonic() < deadline:
            connection = self.connection
            sources = [uart] if connection is None else [uart, connection]
            decrypted = connection is not None and connection.pending() > 0
            ready = select.select(sources, [], [], 0 if decrypted else 0.5)[0]
            if uart in ready:
                data = uart.read(4096)
                if not data:
                    self.flush()
                    return self.process.wait()
                self.take(data)
            # The firmware may just have closed it.
            if connection is not None and connection is self.connection:
                if decrypted or connection in ready:
                    self.receive()
        return None

    def take(self, data):
        self.pending += data
        while self.pending:
            if self.pending[0] != FRAME:
                text, frame, rest = self.pending.partition(b"\x02")
                self.text += text
                self.pending = frame + rest
                *lines, self.text = self.text.split(b"\n")
                for line in lines:
                    self.say(line.decode("ascii", "replace"))
                continue
            if len(self.pending) < 3 or len(self.pending) < 3 + self.pending[2]:
                return
            letter, payload = self.pending[1:2], self.pending[3:3 + self.pending[2]]
            self.pending = self.pending[3 + self.pending[2]:]
            self.obey(letter, payload)

    def flush(self):
        if self.text:
            self.say(self.text.decode("ascii", "replace"))

    def obey(self, letter, payload):
        if letter == b"O":
            self.close()
            self.answer(b"O", bytes([self.open(payload[2:].decode(), int.from_bytes(payload[:2], "big"))]))
        elif letter == b"C":
            self.close()
        elif letter == b"W" and self.connection is not None:
            try:
                self.connection.sendall(payload)
            except OSError:
                self.close()
                self.answer(b"X")

    def open(self, host, port):
        if port not in self.ports:
            return REFUSED
        context = ssl.create_default_context(cafile=self.ca)
        try:
            plain = socket.create_connection(("127.0.0.1", self.ports[port]), timeout=SECONDS)
            self.connection = context.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
        except ssl.SSLCertVerificationError as error:
            return HOST_NAME if error.verify_code == HOSTNAME_MISMATCH else CERTIFICATE
        except ssl.SSLError:
            return TLS
        except TimeoutError:
            return TIMED_OUT
        except OSError:
            return REFUSED
        self.received = 0
        return OPEN

    def receive(self):
        # What arrived may be TLS's own, and no data.
        self.connection.settimeout(0)
        try:
            data = self.connection.recv(DATA_MAX)
            self.connection.settimeout(SECONDS)
        except ssl.SSLWantReadError:
            self.connection.settimeout(SECONDS)
            return
        except OSError:
            self.close()
            self.answer(b"X")
            return
        if not data:
            self.close()
            self.answer(b"E")
            return
        self.received += len(data)
        if self.cut_after is not None and self.received > self.cut_after:
            self.close()
            self.answer(b"X")
            return
        self.answer(b"D", data)

    def answer(self, letter, payload=b""):
        try:
            self.process.stdin.write(bytes([FRAME]) + letter + bytes([len(payload)]) + payload)
        except OSError:
            pass  # the firmware has ended

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
