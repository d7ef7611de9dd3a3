raise SystemExit("this fails")
