import Commands

ExecEntry.takeOver()
print("martlet")
