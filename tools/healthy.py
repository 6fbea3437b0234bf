#!/usr/bin/env python3
"""Tells whether the JupyterLab of this container answers: /api says its version, without a token.

usage: healthy.py [PORT]
"""
import json, sys, urllib.request

port = sys.argv[1] if len(sys.argv) > 1 else "8888"
with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5) as answer:
    print("jupyter server", json.load(answer)["version"])
