import Foundation

/// Where the next page of a search starts: behind a place in the order, not at a number.
///
/// So what is deleted or moves to the end while a client pages neither repeats nor hides another issue. The token serves
/// only the query it was made for.
struct PageToken: Codable, Sendable, Hashable {
  var query: String
  var after: SortCursor

  /// The token as clients see it.
  var text: String {
    // Every member is a string or a number, which JSON can hold.
    guard let data = try? JSONEncoder().encode(self) else { return "" }
    return data.base64EncodedString()
  }

  /// Reads a token.
  ///
  /// - Throws: `Refusal` with status 400 where it is none, or of another query.
  init(_ text: String, for query: String) throws(Refusal) {
    guard let data = Data(base64Encoded: text),
      let token = try? JSONDecoder().decode(PageToken.self, from: data), token.query == query
    else {
      throw .badRequest("The provided next page token is invalid or expired for this JQL query.")
    }
    self = token
  }

  init(query: String, after: SortCursor) {
    self.query = query
    self.after = after
  }
}

/// The place of an issue in the order of a query.
struct SortCursor: Codable, Sendable, Hashable {
  var values: [SortValue]
  var id: Int
}
