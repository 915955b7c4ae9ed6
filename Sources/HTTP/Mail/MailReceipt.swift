/// What a server said when it took a mail.
public struct MailReceipt: Sendable, Hashable {
  /// A recipient that was refused, while others were accepted.
  public struct Refused: Sendable, Hashable {
    /// Its address.
    public var address: String
    /// What the server said.
    public var reply: String

    /// Whether the server wants to be asked again, as for a sender that it does not know yet (RFC 5321, section 4.2.1: 4yz).
    public var mayBeTriedAgain: Bool { reply.hasPrefix("4") }

    /// Describes a recipient that was refused.
    public init(address: String, reply: String) {
      self.address = address
      self.reply = reply
    }
  }

  /// The server's last word, such as `250 2.0.0 Ok: queued as 4F2A`.
  public var reply: String
  /// The recipients who do not get it.
  public var refused: [Refused]

  /// Describes a receipt.
  public init(reply: String, refused: [Refused] = []) {
    self.reply = reply
    self.refused = refused
  }
}
