import Glibc

/// Calls C with an array of C strings; nil stays NULL.
///
/// The strings live for the call only. They are copied as blocks, since all connections share the thread that does it.
func withCStrings<Result>(
  _ strings: [String?],
  _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(strings.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 1 })
  var offsets: [Int?] = []
  offsets.reserveCapacity(strings.count)
  for string in strings {
    guard let string else {
      offsets.append(nil)
      continue
    }
    offsets.append(bytes.count)
    bytes.append(contentsOf: string.utf8)
    bytes.append(0)
  }
  return bytes.withUnsafeBytes { buffer in
    let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
    var pointers = offsets.map { offset in offset.flatMap { offset in start.map { $0 + offset } } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { pointers in
      // The array ends with a NULL, so it has an address.
      guard let address = pointers.baseAddress else {
        preconditionFailure("an array has no address")
      }
      return body(address)
    }
  }
}

extension String {
  /// Whether a C string of this text would end too early.
  var containsZero: Bool {
    utf8.withContiguousStorageIfAvailable { bytes in
      bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
    } ?? utf8.contains(0)
  }
}
