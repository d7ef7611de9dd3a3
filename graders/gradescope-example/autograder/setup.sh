#!/usr/bin/env bash

apt-get update
apt-get install -y gcc make python3
