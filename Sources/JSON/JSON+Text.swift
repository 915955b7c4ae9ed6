import FoundationEssentials

extension JSON {
  /// Reads one JSON text.
  ///
  /// - Parameter bytes: the text in UTF-8.
  /// - Throws: `DecodingError` where the bytes are no JSON, or are nested too deeply for Foundation's parser.
  public init(parsing bytes: some Sequence<UInt8>) throws {
    self = try JSONDecoder().decode(JSON.self, from: Data(bytes))
  }

  /// Reads one JSON text.
  ///
  /// - Parameter text: the text.
  /// - Throws: `DecodingError` where it is no JSON.
  public init(parsing text: String) throws {
    self = try JSON(parsing: Data(text.utf8))
  }

  /// The value as JSON text in UTF-8, members sorted by name, so that equal values give equal bytes.
  public var data: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Every case of the enum is representable, and Decimal has no infinities.
    do { return try encoder.encode(self) } catch { preconditionFailure("not JSON: \(error)") }
  }

  /// The value as JSON text, members sorted by name.
  public var text: String { String(decoding: data, as: UTF8.self) }
}
