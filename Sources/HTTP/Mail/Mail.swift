import FoundationEssentials

/// One e-mail as SMTP takes it: an envelope, and the message that travels in it.
public struct Mail: Sendable {
  /// Who is told when it cannot be delivered: an address without a name.
  public var sender: String
  /// Who gets it: addresses without names.
  public var recipients: [String]
  /// Headers and body by RFC 5322, lines ending with CR LF.
  ///
  /// Dots at the beginning of lines are doubled on the way.
  public var message: Data

  /// Describes an e-mail.
  public init(sender: String, recipients: [String], message: Data) {
    self.sender = sender
    self.recipients = recipients
    self.message = message
  }

  /// Why it cannot be sent as it is, or nil.
  ///
  /// Whatever stands in an address becomes part of an SMTP command: a line end in it would be another command.
  var flaw: String? {
    if recipients.isEmpty { return "it has no recipients" }
    for address in [sender] + recipients where !Self.isAddress(address) {
      return "'\(FailureFacts.tidy(address))' is no e-mail address"
    }
    return nil
  }

  /// Whether a text is an address that can stand between the angle brackets of an SMTP command.
  ///
  /// - Parameter text: the address.
  /// - Returns: false where it has no `@` between two parts, or a character that ends an address.
  public static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 320 else {
      return false
    }
    return text.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x20 && scalar.value != 0x7F && !(0x80...0x9F).contains(scalar.value)
        && !"<>()[],;:\\\"".unicodeScalars.contains(scalar)
    }
  }
}
