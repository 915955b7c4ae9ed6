/// What tells the page's own style sheet from an injected one.
enum Nonce {
  /// 128 random bits in hexadecimal digits.
  static func random() -> String {
    var random = SystemRandomNumberGenerator()
    return [random.next(), random.next()].map { (bits: UInt64) in
      let digits = String(bits, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
