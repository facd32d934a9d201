/// Chooses, of a history that is read twice, the points that stand for all.
///
/// The points are cut into as many stretches of equal size as are wanted, and each is shown by its first point; the last point
/// of all is shown too, in place of the last stretch's when there is no room. That is MLflow's rule (`NTILE`). What it loses is
/// kept here: where the smallest or the largest value is not among those, or no not-a-number is though there was one, that
/// point is added.
///
/// It reads nothing itself: the history is walked once by `Survey` and once by `Choice`, so its length does not count in memory.
enum MetricSampling {
    /// What must be known before points can be chosen.
    struct Survey {
        private(set) var count = 0
        private(set) var least: MetricSample?
        private(set) var largest: MetricSample?
        private(set) var notANumber: MetricSample?
        private(set) var last: MetricSample?
        /// Whether the points came in the order of a chart, by step.
        private(set) var isByStep = true

        mutating func take(_ sample: MetricSample) {
            self.count += 1
            if let last, !last.precedesByStep(sample) { self.isByStep = false }
            self.last = sample
            if sample.value.isNaN {
                if self.notANumber == nil { self.notANumber = sample }
                return
            }
            if self.least.map({ sample.value < $0.value }) ?? true { self.least = sample }
            if self.largest.map({ sample.value > $0.value }) ?? true { self.largest = sample }
        }
    }

    /// Takes the points in the same order again.
    struct Choice {
        private let survey: Survey
        private let wanted: Int
        private var index = 0
        private var stretch = 0
        private var chosen: [MetricSample] = []

        /// - Parameter wanted: at least 1.
        init(_ survey: Survey, wanted: Int) {
            self.survey = survey
            self.wanted = max(1, wanted)
        }

        mutating func take(_ sample: MetricSample) {
            if self.index == self.start(of: self.stretch) {
                self.chosen.append(sample)
                self.stretch += 1
            }
            self.index += 1
        }

        /// In the order of a chart; at most three more than were wanted.
        consuming func points() -> [MetricSample] {
            var points = self.chosen
            if let last = self.survey.last, points.last?.isSame(as: last) != true {
                if points.count >= self.wanted { points.removeLast() }
                points.append(last)
            }
            let extremes = [self.survey.least, self.survey.largest, self.survey.notANumber].compactMap { $0 }
            let missing = extremes.filter { extreme in
                !points.contains { $0.value == extreme.value || ($0.value.isNaN && extreme.value.isNaN) }
            }
            guard !missing.isEmpty else { return points }
            return (points + missing).sorted { $0.precedesByStep($1) }
        }

        /// Where a stretch begins: the first ones are longer by one when it does not come out even.
        private func start(of stretch: Int) -> Int {
            guard self.survey.count > self.wanted else { return stretch }
            let (size, rest) = self.survey.count.quotientAndRemainder(dividingBy: self.wanted)
            return stretch < self.wanted ? stretch * size + min(stretch, rest) : .max
        }
    }

    /// The same for points in memory, in any order.
    static func choose(_ points: [MetricSample], wanted: Int) -> [MetricSample] {
        let sorted = points.sorted { $0.precedesByStep($1) }
        var survey = Survey()
        for point in sorted { survey.take(point) }
        var choice = Choice(survey, wanted: wanted)
        for point in sorted { choice.take(point) }
        return choice.points()
    }
}
