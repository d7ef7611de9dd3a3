#!/bin/bash

mkdir -p /grade/results /grade/run
cp /grade/student/*.py /grade/tests/call.py /grade/run/

cd /grade/run || exit 1
python3 /grade/tests/grade.py >/grade/results/results.json
