#!/usr/bin/env python3
"""A TLS client as old as an Envoy's: TLS 1.0 or 1.1, RSA key exchange, CBC suites, and, with --v2, a ClientHello in the
framing of SSL 2.0 (RFC 2246, appendix E). OpenSSL has forgotten how to do most of this.

Sends the file --request names, writes what comes back to the file --reply names, and prints the version and the suite
agreed on. Exit status 0 when the server ended the connection after some reply."""
import argparse
import hashlib
import hmac
import os
import socket
import struct
import sys
import warnings

warnings.filterwarnings("ignore")
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: E402

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES

# name: number, key bytes, block bytes, cipher
SUITES = {
    "AES128-SHA": (0x002F, 16, 16, algorithms.AES),
    "AES256-SHA": (0x0035, 32, 16, algorithms.AES),
    "DES-CBC3-SHA": (0x000A, 24, 8, TripleDES),
}
# What an OpenSSL 0.9.8 offers in its SSL 2.0 framing for servers older still.
V2_SUITES = bytes.fromhex("0100800700c0060040020080030080040080")
MAC_BYTES = 20
ALERT, HANDSHAKE, CHANGE_CIPHER_SPEC, DATA = 21, 22, 20, 23


def expand(algorithm, secret, seed, count):
    out, a = b"", seed
    while len(out) < count:
        a = hmac.new(secret, a, algorithm).digest()
        out += hmac.new(secret, a + seed, algorithm).digest()
    return out[:count]


def prf(secret, label, seed, count):
    """RFC 2246 §5."""
    half = (len(secret) + 1) // 2
    md5 = expand(hashlib.md5, secret[:half], label + seed, count)
    sha = expand(hashlib.sha1, secret[-half:], label + seed, count)
    return bytes(x ^ y for x, y in zip(md5, sha))


class Direction:
    """One direction's keys and its sequence number."""

    def __init__(self, cipher, block, mac_key, key, iv):
        self.cipher, self.block, self.mac_key, self.key, self.iv, self.sequence = cipher, block, mac_key, key, iv, 0

    def mac(self, kind, version, data):
        header = struct.pack("!QBHH", self.sequence, kind, version, len(data))
        self.sequence += 1
        return hmac.new(self.mac_key, header + data, hashlib.sha1).digest()

    def seal(self, kind, version, data):
        plain = data + self.mac(kind, version, data)
        pad = -(len(plain) + 1) % self.block
        plain += bytes([pad]) * (pad + 1)
        iv = os.urandom(self.block) if version >= 0x0302 else self.iv
        encryptor = Cipher(self.cipher(self.key), modes.CBC(iv)).encryptor()
        sealed = encryptor.update(plain) + encryptor.finalize()
        self.iv = sealed[-self.block:]
        return (iv if version >= 0x0302 else b"") + sealed

    def open(self, kind, version, data):
        if version >= 0x0302:
            iv, data = data[: self.block], data[self.block :]
        else:
            iv, self.iv = self.iv, data[-self.block :]
        decryptor = Cipher(self.cipher(self.key), modes.CBC(iv)).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        plain = plain[: -(plain[-1] + 1)]
        data, mac = plain[:-MAC_BYTES], plain[-MAC_BYTES:]
        if self.mac(kind, version, data) != mac:
            raise ValueError("bad record MAC")
        return data


class Connection:
    def __init__(self, options):
        self.options = options
        self.socket = socket.create_connection((options.host, options.port), 10)
        self.socket.settimeout(20)
        self.version = self.offered = int(options.version, 16)
        self.incoming = self.messages = self.transcript = b""
        self.writing = self.reading = None

    def receive(self, count):
        while len(self.incoming) < count:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError("closed by the server")
            self.incoming += data
        data, self.incoming = self.incoming[:count], self.incoming[count:]
        return data

    def record(self):
        kind, version, length = struct.unpack("!BHH", self.receive(5))
        data = self.receive(length)
        if self.reading:
            data = self.reading.open(kind, version, data)
        if kind == ALERT:
            raise EOFError("alert level %d description %d" % (data[0], data[1]))
        return kind, data

    def write(self, kind, data, version=None):
        version = version or self.version
        if self.writing:
            data = self.writing.seal(kind, version, data)
        self.socket.sendall(struct.pack("!BHH", kind, version, len(data)) + data)

    def message(self, expected):
        while len(self.messages) < 4 or len(self.messages) < 4 + int.from_bytes(self.messages[1:4], "big"):
            kind, data = self.record()
            if kind != HANDSHAKE:
                raise ValueError("record of type %d in the handshake" % kind)
            self.messages += data
        end = 4 + int.from_bytes(self.messages[1:4], "big")
        message, self.messages = self.messages[:end], self.messages[end:]
        if message[0] != expected:
            raise ValueError("handshake message %d, not %d" % (message[0], expected))
        return message

    def hello(self):
        """Sends the ClientHello, and returns the client's random."""
        suites = [SUITES[name][0] for name in self.options.ciphers.split(",")]
        if self.options.v2:
            challenge = os.urandom(self.options.challenge)
            specs = b"".join(b"\0" + struct.pack("!H", suite) for suite in suites) + V2_SUITES
            hello = struct.pack("!BHHHH", 1, self.offered, len(specs), 0, len(challenge)) + specs + challenge
            self.transcript += hello
            self.socket.sendall(struct.pack("!H", 0x8000 | len(hello)) + hello)
            return (b"\0" * 32 + challenge)[-32:]
        random = os.urandom(32)
        listed = b"".join(struct.pack("!H", suite) for suite in suites)
        body = struct.pack("!H", self.offered) + random + b"\0" + struct.pack("!H", len(listed)) + listed + b"\1\0"
        hello = b"\1" + len(body).to_bytes(3, "big") + body
        self.transcript += hello
        self.write(HANDSHAKE, hello, 0x0301)
        return random

    def shake_hands(self):
        client_random = self.hello()
        hello = self.message(2)
        self.version = struct.unpack("!H", hello[4:6])[0]
        server_random, session = hello[6:38], hello[38]
        number = struct.unpack("!H", hello[39 + session : 41 + session])[0]
        suite = next(name for name, facts in SUITES.items() if facts[0] == number)
        certificates = self.message(11)
        length = int.from_bytes(certificates[7:10], "big")
        certificate = x509.load_der_x509_certificate(certificates[10 : 10 + length])
        self.transcript += hello + certificates + self.message(14)

        premaster = struct.pack("!H", self.offered) + os.urandom(46)
        sealed = certificate.public_key().encrypt(premaster, padding.PKCS1v15())
        body = struct.pack("!H", len(sealed)) + sealed
        exchange = b"\x10" + len(body).to_bytes(3, "big") + body
        self.transcript += exchange
        self.write(HANDSHAKE, exchange)
        master = prf(premaster, b"master secret", client_random + server_random, 48)
        self.derive(suite, master, server_random + client_random)

        self.write(CHANGE_CIPHER_SPEC, b"\1")
        self.writing = self.next_writing
        finished = b"\x14\0\0\x0c" + self.finished(master, b"client finished")
        self.transcript += finished
        self.write(HANDSHAKE, finished)
        if self.record()[0] != CHANGE_CIPHER_SPEC:
            raise ValueError("no change of cipher")
        self.reading = self.next_reading
        if self.message(20)[4:] != self.finished(master, b"server finished"):
            raise ValueError("the server's Finished is wrong")
        return suite

    def derive(self, suite, master, seed):
        _, key, block, cipher = SUITES[suite]
        keys = prf(master, b"key expansion", seed, 2 * (MAC_BYTES + key + block))
        parts = []
        for count in (MAC_BYTES, MAC_BYTES, key, key, block, block):
            parts.append(keys[:count])
            keys = keys[count:]
        self.next_writing = Direction(cipher, block, parts[0], parts[2], parts[4])
        self.next_reading = Direction(cipher, block, parts[1], parts[3], parts[5])

    def finished(self, master, label):
        return prf(master, label, hashlib.md5(self.transcript).digest() + hashlib.sha1(self.transcript).digest(), 12)

    def exchange(self, request):
        for start in range(0, len(request), 16000):
            self.write(DATA, request[start : start + 16000])
        reply = b""
        try:
            while True:
                kind, data = self.record()
                if kind == DATA:
                    reply += data
        except EOFError:
            return reply


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--version", default="0301", help="the highest version offered, as on the wire")
    parser.add_argument("--ciphers", default="AES256-SHA,AES128-SHA,DES-CBC3-SHA")
    parser.add_argument("--v2", action="store_true", help="a ClientHello in the framing of SSL 2.0")
    parser.add_argument("--challenge", type=int, default=32, help="bytes of its challenge, 16 to 32")
    parser.add_argument("--request", required=True)
    parser.add_argument("--reply", required=True)
    options = parser.parse_args()
    try:
        connection = Connection(options)
        suite = connection.shake_hands()
        with open(options.request, "rb") as file:
            reply = connection.exchange(file.read())
    except (OSError, EOFError, ValueError) as error:
        sys.exit("%s: %s" % (type(error).__name__, error))
    with open(options.reply, "wb") as file:
        file.write(reply)
    print("version=%04x cipher=%s bytes=%d" % (connection.version, suite, len(reply)))
    sys.exit(0 if reply else 1)


main()
