/// A file of the folder that migrations are exported to.
public struct ExportedFile: Sendable, Hashable {
  /// Its name, `YYYYMMDDHHMMSS_name.sql`.
  public var name: String
  /// Its text.
  public var text: String

  /// A file.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
