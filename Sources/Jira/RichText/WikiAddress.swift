/// An address in a text that Data Center makes a link of by itself.
struct WikiAddress {
  /// What the link shows.
  let range: Range<Int>
  /// Where the address ends with what the link leaves out of it, such as a full stop.
  let matchEnd: Int
  /// Whether the link shows the address itself; of `mailto:` it shows only the rest.
  let isShownAsItIs: Bool
  /// Whether there is a protocol alone, of which a backslash behind it would make an address.
  let isProtocolAlone: Bool

  var end: Int { range.upperBound }

  private static let protocols = [
    "http://", "https://", "ftp://", "ftps://", "mailto:", "nntp://", "news://", "irc://", "file:",
  ].map { Array($0.unicodeScalars) }
  private static let characters = Set(#"-_.!~*';/?:@#&=%+$,[]()\"#.unicodeScalars)
  private static let never = Set(".,>)];}\"'!".unicodeScalars)
  private static let neverBefore = Set("\"[|'!".unicodeScalars)

  /// The address that begins at a place.
  ///
  /// - Parameters:
  ///   - text: a text, or markup.
  ///   - index: a place in it.
  ///   - orProtocol: whether a protocol alone counts, too.
  init?(in text: [Unicode.Scalar], at index: Int, orProtocol: Bool = false) {
    guard let start = Self.start(in: text, at: index) else { return nil }
    let body = index + start.count
    let match =
      text[body...].firstIndex { !Self.characters.contains($0) && !Self.isLetterOrDigit($0) }
      ?? text.count
    isProtocolAlone = match == body
    guard !isProtocolAlone || orProtocol else { return nil }
    var end = match
    while end > index, Self.never.contains(text[end - 1]) { end -= 1 }
    range = index..<end
    matchEnd = match
    isShownAsItIs = start[0] != "m"
  }

  /// The place of the colon of a protocol that begins at a place and may begin an address; nil where none does.
  static func colon(in text: [Unicode.Scalar], at index: Int) -> Int? {
    start(in: text, at: index).map { colon(of: $0, at: index) }
  }

  private static func colon(of start: [Unicode.Scalar], at index: Int) -> Int {
    index + start.prefix { $0 != ":" }.count
  }

  private static func start(in text: [Unicode.Scalar], at index: Int) -> [Unicode.Scalar]? {
    guard ["h", "f", "m", "n", "i"].contains(text[index]) else { return nil }
    if index > 0, neverBefore.contains(text[index - 1]) || isLetterOrDigit(text[index - 1]) {
      return nil
    }
    return protocols.first { text[index...].starts(with: $0) }
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
  }
}
