/// Which statements one connection keeps prepared, so that the server reads and plans their texts once; without any I/O.
///
/// A pooler that lends servers for a transaction loses them (PgBouncer's documentation, transaction pooling). So nothing is
/// prepared where the server is another process than the one that the client was told: a pooler has numbers of its own.
struct PreparedStatements: Sendable {
  /// How a statement is sent.
  enum Way: Sendable, Hashable {
    /// Without a name.
    case unnamed
    /// Prepared under the name, then run.
    case preparing(name: String)
    /// Run under the name.
    case prepared(name: String)

    /// Whether it goes in a pipeline, together with something else.
    var isPipelined: Bool {
      switch self {
      case .unnamed, .prepared: false
      case .preparing: true
      }
    }

    /// Whether the statement has a name at the server.
    var isNamed: Bool {
      switch self {
      case .unnamed: false
      case .preparing, .prepared: true
      }
    }
  }

  private var names: [String: String] = [:]
  /// Whether there is no pooler between.
  private var isDirect = false

  /// How to send a statement.
  ///
  /// - Parameter statement: the statement.
  /// - Returns: without a name, unless it wants to be prepared and nothing is in the way.
  func way(of statement: SQL) -> Way {
    guard statement.isPrepared, isDirect else { return .unnamed }
    if let name = names[statement.text] { return .prepared(name: name) }
    return .preparing(name: Self.name(of: statement.text))
  }

  /// The server said which process it is.
  mutating func heard(isDirect: Bool) { self.isDirect = isDirect }

  /// The server keeps the statement of this text under the name.
  mutating func kept(_ text: String, as name: String) { names[text] = name }

  /// The server did not know a name, knew it already, or cannot run what it names: nothing is prepared any more.
  mutating func lost() {
    names = [:]
    isDirect = false
  }

  /// Whether an error may say that a name was in the way; nothing was then carried out (codes: appendix A of the Postgres manual).
  static func mayBeAboutName(_ error: PostgresError) -> Bool {
    switch error.sqlState {
    case "26000", "42P05": true  // no such prepared statement, or already one
    // Its columns changed since, or something else that is not supported, which is said again to the statement without a
    // name. The message would tell, in the server's language.
    case "0A000": true
    default: false
    }
  }

  /// A name of the text, the same in each process: where connections were exchanged after all, it would name the same statement.
  static func name(of text: String) -> String {
    // FNV-1a of 64 bits.
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return "jira_sync_" + String(hash, radix: 16)
  }
}
