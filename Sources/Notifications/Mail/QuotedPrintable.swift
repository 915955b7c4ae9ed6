/// Quoted-printable, for bodies of text.
///
/// https://www.rfc-editor.org/rfc/rfc2045#section-6.7
enum QuotedPrintable {
  /// Encodes a text; its lines may end with any line end, those of the result end with CR LF and have 76 characters at most.
  static func encoded(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + text.utf8.count / 8)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      if index > 0 { result += [0x0D, 0x0A] }
      encode(Array(line.utf8), into: &result)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func encode(_ line: [UInt8], into result: inout [UInt8]) {
    var width = 0
    for (index, byte) in line.enumerated() {
      let isLast = index == line.count - 1
      let isBlank = byte == 0x20 || byte == 0x09
      let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
      let piece: [UInt8]
      if isPlain || (isBlank && !isLast) {
        piece = [byte]
      } else {
        piece = escaped(byte)
      }
      // One place is kept for the "=" of a soft line end.
      if width + piece.count > 75 {
        result += [UInt8(ascii: "="), 0x0D, 0x0A]
        width = 0
      }
      result += piece
      width += piece.count
    }
  }

  /// `=C3`, in capitals as RFC 2045 wants them.
  static func escaped(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
