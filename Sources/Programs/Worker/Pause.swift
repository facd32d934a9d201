package import Kernel
import Transport

/// Waits; returns early when the task is cancelled.
package func pause(_ span: TimeSpan) async { try? await Deadline.pause(span) }
