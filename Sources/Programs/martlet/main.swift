import Commands
import Glibc

ExecEntry.takeOver()
exit(await Martlet.launch(Array(CommandLine.arguments.dropFirst())))
