import Commands
import Glibc

ExecEntry.takeOver()
exit(await Martlet.run(Array(CommandLine.arguments.dropFirst())))
