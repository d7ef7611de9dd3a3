#!/bin/sh
exec python3 /grade/tests/grade.py
