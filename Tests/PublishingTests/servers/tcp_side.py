"""tcp_side.py PORT FOLDER TARGET: passes connections on to the port TARGET, with faults."""
import socket
import sys
import threading
import time

from faults import hold, mode

port, folder, target = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def carry(source, sink, is_answer):
    try:
        while data := source.recv(4096):
            hold(folder, "hang")
            if is_answer:
                hold(folder, "mute")
            now = mode(folder)
            if now in ("refuse", "hang-up", "full"):
                break
            if now == "slow":
                time.sleep(0.02)
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


server = socket.create_server(("127.0.0.1", port))
while True:
    client, _ = server.accept()
    try:
        if mode(folder) == "refuse":
            client.close()
            continue
        other = socket.create_connection(("127.0.0.1", target), 5)
        other.settimeout(None)
    except OSError:
        client.close()
        continue
    for way in ((client, other, False), (other, client, True)):
        threading.Thread(target=carry, args=way, daemon=True).start()
