import JSON

/// Rich text as the site's family writes it.
enum RichText {
  /// What was read from rich text.
  struct Reading {
    /// The text in canonical form.
    let text: String
    /// Whether writing the text back would lose something.
    let isLossy: Bool
    /// Whether it was rich text at all.
    var isReadable = true
  }

  /// Writes plain text.
  static func json(_ text: String, dialect: JiraDialect) -> JSON {
    switch dialect {
    case .cloud: ADF.document(from: text)
    case .dataCenter: .string(WikiText.escape(text))
    }
  }

  /// Reads rich text.
  static func text(of json: JSON, dialect: JiraDialect) -> Reading {
    if json.isNull { return Reading(text: "", isLossy: false) }
    switch (dialect, json) {
    case (.cloud, .object) where json["type"]?.string == "doc":
      let read = ADF.text(of: json)
      return Reading(text: read.text, isLossy: read.lossy)
    case (.dataCenter, .string(let markup)):
      let read = WikiText.text(of: markup)
      return Reading(text: read.text, isLossy: read.lossy)
    default: return Reading(text: "", isLossy: true, isReadable: false)
    }
  }
}
