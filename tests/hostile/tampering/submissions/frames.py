# Technique: print what a wrapper or the broker would answer, and look for its socket
# Family: tampering
# Layers: broker, separation
# Outcome: failed: checker_rejected
# Grader: pytest
# Naive: frames

import json
import os
import socket
import struct

frame = {"done": True, "passed": True, "status": "exited", "exit_code": 0, "stdout": "5\n"}
print("@" + json.dumps(frame), flush=True)
os.write(1, struct.pack("<IIQ", 16, 1, 0) + b"5\n")
for place in ("/cupel/broker", "\0cupel"):
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as broker:
            broker.connect(place)
            broker.send(struct.pack("<IIQ", 16, 1, 0))
    except OSError:
        pass


def add(a, b):
    return a - b
