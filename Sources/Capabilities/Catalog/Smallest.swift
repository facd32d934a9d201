/// The smallest of many elements, as many as are wanted: a heap whose root is the largest of those kept.
///
/// Source: Knuth, *The Art of Computer Programming*, vol. 3, section 5.2.3.
struct Smallest<Element: Comparable> {
    private let limit: Int
    private var heap: [Element] = []

    /// - Precondition: `limit` is not negative.
    init(limit: Int) {
        precondition(limit >= 0, "a negative number of elements")
        self.limit = limit
    }

    /// Those kept, the smallest first.
    var sorted: [Element] { self.heap.sorted() }

    /// - Complexity: O(1) for an element that is not among the smallest, else O(log limit).
    mutating func add(_ element: Element) {
        if self.heap.count < self.limit {
            self.heap.append(element)
            self.rise(self.heap.count - 1)
        } else if let largest = self.heap.first, element < largest {
            self.heap[0] = element
            self.sink(0)
        }
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0, self.heap[(index - 1) / 2] < self.heap[index] {
            self.heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var largest = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < self.heap.count && self.heap[largest] < self.heap[child] {
                largest = child
            }
            if largest == index { return }
            self.heap.swapAt(index, largest)
            index = largest
        }
    }
}
