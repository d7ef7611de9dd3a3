open("b.in"); open("c.a.in")
