import Commands
import Glibc

ExecEntry.takeOver()
// The first thread only waits. An `await` out here would end it with pthread_exit, for which glibc opens libgcc_s.so: one more
// library than a machine must have.
Task.detached { exit(await Martlet.launch(Array(CommandLine.arguments.dropFirst()))) }
while true { pause() }
