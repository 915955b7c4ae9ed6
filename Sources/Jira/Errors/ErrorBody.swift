import FoundationEssentials
import JSON

/// What the body of a refusal says, in few and short texts.
///
/// JIRA answers `{"errorMessages": […], "errors": {field: text}}`; the gateways before it answer in other JSON, in HTML, or not at all.
struct ErrorBody {
  private(set) var messages: [String] = []
  private(set) var fieldErrors: [String: String] = [:]

  /// Larger bodies are no error messages of JIRA and are not looked at.
  private static let largest = 1024 * 1024
  private static let mostMessages = 20
  private static let mostFields = 50
  private static let longest = 500

  init(_ body: Data, secrets: [String]) {
    guard !body.isEmpty, body.count <= Self.largest else { return }
    // A body that is no JSON is expected here, and then read as text.
    if let json = try? JSON(parsing: body) {
      self = ErrorBody(json: json, secrets: secrets)
      return
    }
    let text = String(decoding: body.prefix(64 * 1024), as: UTF8.self)
    if let title = Self.title(ofHTML: text) {
      add(title, secrets)
    } else if !text.contains("<") {
      add(text, secrets)
    } else {
      add("the answer is not JSON", secrets)
    }
  }

  init(json: JSON, secrets: [String]) {
    for message in json["errorMessages"]?.array ?? [] {
      if let text = message.string { add(text, secrets) }
    }
    for (field, message) in (json["errors"]?.object ?? [:]).sorted(by: { $0.key < $1.key })
    where fieldErrors.count < Self.mostFields {
      guard let text = message.string else { continue }
      let name = Self.tidy(field, secrets: secrets, limit: 100)
      fieldErrors[name] = Self.tidy(text, secrets: secrets, limit: Self.longest)
    }
    guard messages.isEmpty, fieldErrors.isEmpty else { return }
    // Gateways and the OAuth endpoints.
    for name in ["errorMessage", "message", "error_description", "error", "title"] {
      if let text = json[name]?.string {
        add(text, secrets)
        return
      }
    }
  }

  /// One line without control characters and secrets, cut to a length.
  static func tidy(_ text: String, secrets: [String], limit: Int) -> String {
    var line = ""
    // More than this is cut off below anyway, but a secret may begin just before the limit.
    for scalar in text.unicodeScalars.prefix(limit + 4_096) {
      let isPlain = !CanonicalText.isRemoved(scalar) && scalar != "\n" && scalar != "\t"
      line.unicodeScalars.append(isPlain ? scalar : " ")
    }
    for secret in secrets where line.contains(secret) {
      line = line.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: "[redacted]")
    }
    line = line.trimmingBlanks()
    return line.count <= limit ? line : line.prefix(limit) + "…"
  }

  private mutating func add(_ text: String, _ secrets: [String]) {
    guard messages.count < Self.mostMessages else { return }
    let line = Self.tidy(text, secrets: secrets, limit: Self.longest)
    if !line.isEmpty { messages.append(line) }
  }

  private static func title(ofHTML text: String) -> String? {
    let bytes = Array(text.utf8)
    let lower = bytes.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }
    guard let open = find("<title", in: lower, from: 0),
      let start = lower[open...].firstIndex(of: UInt8(ascii: ">")),
      let end = find("</title", in: lower, from: start)
    else { return nil }
    return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
  }

  private static func find(_ needle: String, in bytes: [UInt8], from start: Int) -> Int? {
    let pattern = Array(needle.utf8)
    guard bytes.count >= pattern.count else { return nil }
    return (start..<max(start, bytes.count - pattern.count + 1)).first {
      bytes[$0...].starts(with: pattern)
    }
  }
}
