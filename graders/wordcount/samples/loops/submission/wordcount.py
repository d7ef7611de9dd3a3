"""Waits for a word that never comes."""

import time

while True:
    time.sleep(3600)
