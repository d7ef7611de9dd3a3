print("this passes")
