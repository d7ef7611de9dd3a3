"""Outlives its time, and so does a daemon in a cgroup of its own."""

import os
import subprocess
import time

leaf = os.environ["CUPEL_TEST_CGROUP"] + "/leaf"
os.mkdir(leaf)
script = 'echo $$ >"$0/cgroup.procs"; trap "" TERM; while :; do sleep 1; done'
subprocess.Popen(["sh", "-c", script, leaf], start_new_session=True)
print("this goes on", flush=True)
time.sleep(1000)
