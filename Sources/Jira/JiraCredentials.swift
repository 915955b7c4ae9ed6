import FoundationEssentials

/// How the client says who it is.
///
/// Neither printing nor reflecting it shows a secret.
public enum JiraCredentials: Sendable, Hashable {
  /// An account's address and its API token (Cloud), or a user and a password (Data Center).
  case basic(email: String, token: String)
  /// A personal access token (Data Center) or an OAuth access token (Cloud).
  case bearer(String)
  /// A service account of Cloud: access tokens are fetched with these, and renewed before they expire.
  case clientCredentials(OAuthClient)
  /// No credentials; JIRA then answers searches with nothing, and without an error.
  case anonymous

  /// The value of the `Authorization` header; nil without credentials.
  var authorization: String? {
    switch self {
    case .basic(let email, let token):
      "Basic " + Data("\(email):\(token)".utf8).base64EncodedString()
    case .bearer(let token): "Bearer \(token)"
    case .clientCredentials, .anonymous: nil
    }
  }

  /// Tells whether two processes have the same credentials: 24 bits of a digest, too few to find a secret with.
  public var mark: String {
    let text: String =
      switch self {
      case .basic(let email, let token): "basic\n\(email)\n\(token)"
      case .bearer(let token): "bearer\n\(token)"
      case .clientCredentials(let client): "client\n\(client.id)\n\(client.secret)"
      case .anonymous: "anonymous"
      }
    // FNV-1a, folded.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    let folded = (hash ^ (hash >> 24) ^ (hash >> 48)) & 0xff_ffff
    return String(folded, radix: 16)
  }

  /// Texts that must never appear in an error or a log, longest first.
  var secrets: [String] {
    switch self {
    case .basic(let email, let token):
      [Data("\(email):\(token)".utf8).base64EncodedString(), token].filter { !$0.isEmpty }
    case .bearer(let token): token.isEmpty ? [] : [token]
    case .clientCredentials(let client): [client.secret]
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
    case .clientCredentials: "client credentials (redacted)"
    case .anonymous: "anonymous"
    }
  }

  /// A text for people, without secrets.
  public var debugDescription: String { description }

  /// A mirror without children, so that no dump shows a secret.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
