import Glibc

/// Which addresses are of this machine alone.
enum Loopback {
  /// Whether bytes for this address never leave the machine; false for every name.
  ///
  /// - Parameter address: an IP address in numeric form.
  /// - Returns: whether it is of 127.0.0.0/8, `::1`, or one of the former written as IPv6.
  static func contains(_ address: some StringProtocol) -> Bool {
    let text = String(address)
    var v4 = in_addr()
    if inet_pton(AF_INET, text, &v4) == 1 { return UInt32(bigEndian: v4.s_addr) >> 24 == 127 }
    var v6 = in6_addr()
    guard inet_pton(AF_INET6, text, &v6) == 1 else { return false }
    let bytes = withUnsafeBytes(of: &v6) { Array($0) }
    if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] == 1 }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped && bytes[12] == 127
  }
}
