/// Collects the header lines of an answer as libcurl hands them over, one by one, and bounds them.
///
/// An answer may be preceded by interim ones (1xx), which are dropped, and followed by trailers, which are dropped too: a
/// trailer must not change what a header said.
struct HeaderCollector: Sendable {
  /// The headers of the latest answer, in order.
  private(set) var headers: [(name: String, value: String)] = []
  /// The most that is taken, in bytes: all lines of all answers together, so that interim answers without end are bounded.
  let maximumBytes: Int
  private var bytes = 0
  private var isAfterBlankLine = false

  /// Starts with nothing.
  init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

  /// Takes one line with its line end; false when there are more bytes than allowed.
  mutating func take(_ line: some Collection<UInt8>) -> Bool {
    bytes += line.count
    guard bytes <= maximumBytes else { return false }
    let text = Self.trimmed(line)
    if line.starts(with: "HTTP/".utf8) {
      headers = []
      isAfterBlankLine = false
    } else if text.isEmpty {
      isAfterBlankLine = true
    } else if !isAfterBlankLine {
      add(text, isContinuation: line.first == 0x20 || line.first == 0x09)
    }
    return true
  }

  private mutating func add(_ text: some Collection<UInt8>, isContinuation: Bool) {
    if isContinuation {
      // https://www.rfc-editor.org/rfc/rfc9112#section-5.2 : a folded line stands for a space.
      guard let last = headers.popLast() else { return }
      headers.append((last.name, last.value + " " + String(decoding: text, as: UTF8.self)))
      return
    }
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return }
    headers.append(
      (
        name: String(decoding: text[..<colon], as: UTF8.self),
        value: String(decoding: Self.trimmed(text[text.index(after: colon)...]), as: UTF8.self)
      ))
  }

  private static func trimmed<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
    let tail = bytes.drop(while: isSpace)
    var result = Array(tail)
    while let last = result.last, isSpace(last) { result.removeLast() }
    return result
  }
}
