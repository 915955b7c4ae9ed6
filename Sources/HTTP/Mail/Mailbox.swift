/// An e-mail address, with a name where one was given: `Ada Lovelace <ada@example.com>`.
public struct Mailbox: Sendable, Hashable {
  /// The name, empty where there is none.
  public let name: String
  /// The address alone.
  public let address: String

  /// Reads one.
  ///
  /// - Parameter text: an address, or a name and an address in angle brackets.
  public init?(_ text: String) {
    let text = Self.trimmed(text[...])
    if text.last == ">", let start = text.lastIndex(of: "<") {
      address = Self.trimmed(text[text.index(after: start)...].dropLast())
      var name = Self.trimmed(text[..<start])
      if name.count >= 2, name.first == "\"", name.last == "\"" {
        name = String(name.dropFirst().dropLast())
      }
      self.name = name
    } else {
      address = text
      name = ""
    }
    guard Mail.isAddress(address) else { return nil }
  }

  /// Reads several, separated by commas or semicolons; nil where one is none.
  ///
  /// - Parameter text: the addresses.
  /// - Returns: at least one.
  public static func list(_ text: String) -> [Mailbox]? {
    let parts = text.split { $0 == "," || $0 == ";" }.filter { !trimmed($0).isEmpty }
    let boxes = parts.compactMap { Mailbox(String($0)) }
    return boxes.isEmpty || boxes.count != parts.count ? nil : boxes
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
