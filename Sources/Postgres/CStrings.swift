/// Calls C with an array of C strings; nil stays NULL.
///
/// The strings live for the call only.
func withCStrings<Result>(
  _ strings: [String?],
  _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int?] = []
  offsets.reserveCapacity(strings.count)
  for string in strings {
    guard let string else {
      offsets.append(nil)
      continue
    }
    offsets.append(bytes.count)
    bytes.append(contentsOf: string.utf8.lazy.map(CChar.init(bitPattern:)))
    bytes.append(0)
  }
  return bytes.withUnsafeBufferPointer { buffer in
    let pointers = offsets.map { offset in
      offset.flatMap { offset in buffer.baseAddress.map { $0 + offset } }
    }
    return (pointers + [nil]).withUnsafeBufferPointer { pointers in
      // The array ends with a NULL, so it has an address.
      guard let address = pointers.baseAddress else {
        preconditionFailure("an array has no address")
      }
      return body(address)
    }
  }
}
