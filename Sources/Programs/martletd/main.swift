import ArgumentParser

await MartletdCommand.main()
