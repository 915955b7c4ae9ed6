#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How the client says who it is.
///
/// Neither printing nor reflecting it shows a secret.
public enum JiraCredentials: Sendable, Hashable {
  /// An account's address and its API token (Cloud), or a user and a password (Data Center).
  case basic(email: String, token: String)
  /// A personal access token (Data Center) or an OAuth access token (Cloud).
  case bearer(String)
  /// Nobody; JIRA then answers searches with nothing, and without an error.
  case anonymous

  /// The value of the `Authorization` header, nil for nobody.
  var authorization: String? {
    switch self {
    case .basic(let email, let token):
      "Basic " + Data("\(email):\(token)".utf8).base64EncodedString()
    case .bearer(let token): "Bearer \(token)"
    case .anonymous: nil
    }
  }

  /// Texts that must never appear in an error or a log, longest first.
  var secrets: [String] {
    switch self {
    case .basic(let email, let token):
      [Data("\(email):\(token)".utf8).base64EncodedString(), token].filter { !$0.isEmpty }
    case .bearer(let token): token.isEmpty ? [] : [token]
    case .anonymous: []
    }
  }
}

extension JiraCredentials: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// A text for people, without secrets.
  public var description: String {
    switch self {
    case .basic: "basic (redacted)"
    case .bearer: "bearer (redacted)"
    case .anonymous: "anonymous"
    }
  }

  /// A text for people, without secrets.
  public var debugDescription: String { description }

  /// A mirror without children, so that no dump shows a secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
