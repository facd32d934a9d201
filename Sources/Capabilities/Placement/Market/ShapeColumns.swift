import Contract
import Kernel

/// What a demand looks at, of every shape of a market, in numbers: comparing some thousand shapes with a demand touches no text.
struct ShapeColumns: Sendable {
    static let unknownMemory: Int64 = -1
    static let noAccelerator: Int16 = -1

    /// Not a number where nobody knows.
    let vcpus: ContiguousArray<Double>
    /// Bytes; `unknownMemory` where nobody knows.
    let memory: ContiguousArray<Int64>
    /// A number for each name; `noAccelerator` for none.
    let accelerators: ContiguousArray<Int16>
    let acceleratorCounts: ContiguousArray<Double>
    let architectures: ContiguousArray<Architecture?>
    private let numbers: [String: Int16]

    init(_ shapes: [Market.Shape]) {
        var numbers: [String: Int16] = [:]
        for name in shapes.compactMap(\.accelerator) where numbers[name] == nil { numbers[name] = Int16(numbers.count) }
        self.vcpus = ContiguousArray(shapes.map { $0.vcpus ?? .nan })
        self.memory = ContiguousArray(shapes.map { $0.memory?.bytes ?? Self.unknownMemory })
        self.accelerators = ContiguousArray(
            shapes.map { shape in shape.accelerator.flatMap { numbers[$0] } ?? Self.noAccelerator })
        self.acceleratorCounts = ContiguousArray(shapes.map(\.acceleratorCount))
        self.architectures = ContiguousArray(shapes.map(\.architecture))
        self.numbers = numbers
    }

    var count: Int { self.vcpus.count }

    /// Nil for an accelerator that no shape has.
    func number(ofAccelerator name: String) -> Int16? { self.numbers[name] }
}
