/// Why a text is no template.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and what is allowed.
  public let description: String

  init(_ description: String) { self.description = description }
}
