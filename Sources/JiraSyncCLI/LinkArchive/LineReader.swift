import Foundation

/// Reads a file line by line, without holding more than a line and a block of it.
struct LineReader {
  private let file: FileHandle
  private var block = Data()
  private var isAtEnd = false

  /// How many bytes are read at once.
  private static let blockSize = 1 << 18

  init(file: FileHandle) { self.file = file }

  /// The next line without its line end; nil at the end of the file.
  mutating func next() throws -> Data? {
    var searched = block.startIndex
    while true {
      if let end = block[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = block[..<end]
        block = block[block.index(after: end)...]
        return Data(line)
      }
      if isAtEnd {
        guard !block.isEmpty else { return nil }
        defer { block = Data() }
        return Data(block)
      }
      let known = block.count
      // A copy of what is left, so that lines which were read are let go of.
      block = Data(block)
      if let more = try file.read(upToCount: Self.blockSize), !more.isEmpty {
        block.append(more)
      } else {
        isAtEnd = true
      }
      searched = block.startIndex + known
    }
  }
}
