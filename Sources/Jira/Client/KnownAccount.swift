import HTTP
import Synchronization

/// The account that JIRA said a client is; copies of the client share it.
///
/// JIRA may stop believing a token and yet answer with 200, as to an anonymous user: then a search is empty and an issue is not
/// found, and neither is true. Each answer names the user that it was given to.
final class KnownAccount: Sendable {
  private let known = Mutex<String?>(nil)

  /// Keeps the account, as `myself` told it.
  func remember(_ id: String) { known.withLock { $0 = id } }

  /// The user that an answer was given to, where that is not the account.
  ///
  /// - Parameters:
  ///   - response: the answer.
  ///   - dialect: which header names the user.
  ///   - asksWho: whether the call was to `myself`, whose answer is about the user that the header names.
  /// - Returns: nil where the answer was given to the account, or names no user.
  func other(in response: HTTPResponse, dialect: JiraDialect, asksWho: Bool) -> String? {
    let header = dialect == .cloud ? "X-AACCOUNTID" : "X-AUSERNAME"
    guard let value = response.header(header).map(Self.decoded), !value.isEmpty else { return nil }
    if value.lowercased() == "anonymous" { return value }
    guard !asksWho, let account = known.withLock({ $0 }) else { return nil }
    return value.lowercased() == account.lowercased() ? nil : value
  }

  /// Account ids hold colons, which headers have as `%3A`.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
