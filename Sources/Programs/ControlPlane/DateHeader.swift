import Kernel
import Synchronization

/// The `date` header of RFC 9110, made once a second.
final class DateHeader: Sendable {
    private let time: any TimeSource
    private let made: Mutex<(second: Int64, text: String)>

    init(time: any TimeSource) {
        self.time = time
        self.made = Mutex((.min, ""))
    }

    var text: String {
        let now = self.time.now
        let second = now.milliseconds / 1000
        return self.made.withLock { made in
            if made.second != second { made = (second, Self.format(now)) }
            return made.text
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func format(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let text = time.description
        let parts = text.prefix(10).split(separator: "-")
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        // 1970-01-01 was a Thursday.
        let day = days[Int(max(0, time.milliseconds) / 86_400_000 % 7)]
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(text.dropFirst(11).prefix(8)) GMT"
    }
}
