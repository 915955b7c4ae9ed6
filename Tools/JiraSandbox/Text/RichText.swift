import JSON

/// A document, kept in the form it was written in.
///
/// Data Center stores wiki markup as it came, so a text written through version 2 must read back unchanged; the other form
/// is derived when it is asked for.
enum RichText: Codable, Sendable, Hashable {
  case adf(JSON)
  case wiki(String)

  /// The document as ADF.
  var document: JSON {
    switch self {
    case .adf(let document): document
    case .wiki(let text): WikiReader.document(from: text)
    }
  }

  /// The document as wiki markup.
  var markup: String {
    switch self {
    case .adf(let document): WikiWriter.markup(from: document)
    case .wiki(let text): text
    }
  }

  /// The words of the document: for search and for the changelog.
  var plainText: String {
    switch self {
    case .adf(let document): ADF.plainText(of: document)
    case .wiki(let text): text
    }
  }

  /// The form in which it is kept among an issue's fields.
  var stored: JSON {
    switch self {
    case .adf(let document): ["adf": document]
    case .wiki(let text): ["wiki": .string(text)]
    }
  }

  /// Reads the form in which it is kept.
  init?(stored: JSON?) {
    if let document = stored?["adf"] {
      self = .adf(document)
    } else if let text = stored?["wiki"]?.string {
      self = .wiki(text)
    } else {
      return nil
    }
  }
}
