/// A short digest of a text that is the same in every process, unlike `hashValue`.
enum Digest {
  /// FNV-1a, 64 bits.
  ///
  /// It tells values apart that were not made to collide, and is no protection against malice.
  static func of(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
